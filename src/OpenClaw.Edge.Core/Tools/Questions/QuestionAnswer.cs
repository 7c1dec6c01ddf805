namespace OpenClaw.Edge.Tools;

/// <summary>What became of somebody's answer.</summary>
public enum QuestionAnswer
{
    /// <summary>It was taken.</summary>
    Applied,

    /// <summary>There is no such question, or it ended a while ago.</summary>
    NotFound,

    /// <summary>Somebody was faster, or the time was up.</summary>
    AlreadyEnded,

    /// <summary>The answers do not fit the questions.</summary>
    Unfit,
}
