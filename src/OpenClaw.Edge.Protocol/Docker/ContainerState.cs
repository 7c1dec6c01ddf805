namespace OpenClaw.Edge.Protocol.Docker;

/// <summary>Whether a container runs, and how it ended.</summary>
public sealed record ContainerState
{
    /// <summary><c>running</c>, <c>exited</c>….</summary>
    public string Status { get; init; } = "";

    /// <summary>Whether it runs.</summary>
    public bool Running { get; init; }

    /// <summary>Whether the kernel ended it for its memory.</summary>
    public bool OOMKilled { get; init; }

    /// <summary>Exit code of the main process.</summary>
    public int ExitCode { get; init; }

    /// <summary>Why it did not start.</summary>
    public string? Error { get; init; }
}
