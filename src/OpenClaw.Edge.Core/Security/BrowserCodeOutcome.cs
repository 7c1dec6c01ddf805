namespace OpenClaw.Edge.Security;

/// <summary>What became of a code that somebody typed.</summary>
public enum BrowserCodeOutcome
{
    /// <summary>It was right, and is used up now.</summary>
    Accepted,

    /// <summary>It was wrong, or none is open: whoever guesses is not told which.</summary>
    Wrong,

    /// <summary>This address has typed too many wrong ones.</summary>
    Locked,
}
