namespace OpenClaw.Edge.Configuration;

/// <summary>The <c>gateway.reload</c> section.</summary>
public sealed record ReloadConfig
{
    /// <summary><c>hybrid</c> (apply what can be applied, name what needs a restart) or <c>off</c>.</summary>
    public string Mode { get; init; } = "hybrid";

    /// <summary>Quiet time after the last change of the file, in milliseconds.</summary>
    public int DebounceMs { get; init; } = 300;
}
