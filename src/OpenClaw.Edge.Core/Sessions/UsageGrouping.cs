namespace OpenClaw.Edge.Sessions;

/// <summary>What usage is summed by; none sums everything into one row.</summary>
[Flags]
public enum UsageGrouping
{
    /// <summary>One row in all.</summary>
    None = 0,

    /// <summary>A row for each session.</summary>
    Session = 1,

    /// <summary>A row for each UTC day.</summary>
    Day = 2,

    /// <summary>A row for each provider.</summary>
    Provider = 4,

    /// <summary>A row for each model.</summary>
    Model = 8,

    /// <summary>A row for each agent.</summary>
    Agent = 16,
}
