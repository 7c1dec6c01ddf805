namespace OpenClaw.Edge.Configuration;

/// <summary>The <c>tools.exec</c> section.</summary>
public sealed record ExecConfig
{
    /// <summary>Whether commands may run at all.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Where: <c>auto</c>, <c>sandbox</c>, <c>gateway</c> or <c>node</c>.</summary>
    public string Host { get; init; } = "auto";

    /// <summary><c>deny</c>, <c>allowlist</c>, <c>ask</c>, <c>auto</c> or <c>full</c>; <see langword="null"/> means by
    /// <see cref="Security"/> and <see cref="Ask"/>.</summary>
    public string? Mode { get; init; }

    /// <summary><c>deny</c>, <c>allowlist</c> or <c>full</c>.</summary>
    public string Security { get; init; } = "allowlist";

    /// <summary>When a person is asked: <c>off</c>, <c>on-miss</c> or <c>always</c>.</summary>
    public string Ask { get; init; } = "on-miss";

    /// <summary>How long a person is waited for, in seconds; then the command is denied.</summary>
    public int ApprovalTimeoutSeconds { get; init; } = 1800;

    /// <summary>Longest run of a command in seconds; 0 means without end.</summary>
    public int TimeoutSeconds { get; init; } = 1800;

    /// <summary>Milliseconds after which a command goes on in the background.</summary>
    public int BackgroundMs { get; init; } = 10_000;

    /// <summary>How long ended commands are kept, in milliseconds.</summary>
    public int CleanupMs { get; init; } = 1_800_000;

    /// <summary>Directories before the others in the command's <c>PATH</c>.</summary>
    public IReadOnlyList<string> PathPrepend { get; init; } = [];

    /// <summary>Whether <c>apply_patch</c> is offered.</summary>
    public bool ApplyPatchEnabled { get; init; } = true;
}
