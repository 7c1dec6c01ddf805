namespace OpenClaw.Edge.Configuration;

/// <summary>The <c>gateway.reload</c> section.</summary>
public sealed record ReloadConfig
{
    /// <summary><c>hybrid</c> (follow a changed file, and start anew where it takes that) or <c>off</c>.</summary>
    public string Mode { get; init; } = "hybrid";

    /// <summary>Quiet time after the last change of the file, in milliseconds.</summary>
    public int DebounceMs { get; init; } = 300;

    /// <summary>Whether SIGUSR2 makes the gateway start anew (<c>commands.restart</c>).</summary>
    public bool BySignal { get; init; } = true;
}
