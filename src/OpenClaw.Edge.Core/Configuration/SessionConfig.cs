namespace OpenClaw.Edge.Configuration;

/// <summary>The <c>session</c> section.</summary>
public sealed record SessionConfig
{
    /// <summary><c>per-sender</c> or <c>global</c>.</summary>
    public string Scope { get; init; } = "per-sender";
}
