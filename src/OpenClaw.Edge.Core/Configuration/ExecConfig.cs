namespace OpenClaw.Edge.Configuration;

/// <summary>The <c>tools.exec</c> section.</summary>
public sealed record ExecConfig
{
    /// <summary>Whether commands may run at all.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Where: <c>auto</c>, <c>sandbox</c>, <c>gateway</c> or <c>node</c>.</summary>
    public string Host { get; init; } = "auto";

    /// <summary><c>deny</c>, <c>allowlist</c> or <c>full</c>.</summary>
    public string Security { get; init; } = "allowlist";

    /// <summary>When a person is asked: <c>off</c>, <c>on-miss</c> or <c>always</c>.</summary>
    public string Ask { get; init; } = "on-miss";

    /// <summary>Longest run of a command in seconds.</summary>
    public int TimeoutSeconds { get; init; } = 1800;

    /// <summary>Milliseconds after which a command goes on in the background.</summary>
    public int BackgroundMs { get; init; } = 10_000;
}
