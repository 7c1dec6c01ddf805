namespace OpenClaw.Edge.Configuration;

/// <summary>The <c>diagnostics</c> section.</summary>
public sealed record DiagnosticsConfig
{
    /// <summary>Whether diagnostics are recorded.</summary>
    public bool Enabled { get; init; } = true;
}
