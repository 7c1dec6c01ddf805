namespace OpenClaw.Edge.Configuration;

/// <summary>The <c>tools.loopDetection</c> section.</summary>
public sealed record LoopDetectionConfig
{
    /// <summary>Whether calls that repeat without progress are warned about and then refused.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Calls of a turn that are looked back at.</summary>
    public int HistorySize { get; init; } = 30;

    /// <summary>From the how-manieth equal call with an equal result on the model is warned.</summary>
    public int WarningThreshold { get; init; } = 2;

    /// <summary>The how-manieth equal call is not run when those before brought the same.</summary>
    public int CriticalThreshold { get; init; } = 3;
}
