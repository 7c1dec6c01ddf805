namespace OpenClaw.Edge.Protocol.Docker;

/// <summary>Body of <c>POST /containers/{id}/exec</c>. Source: Engine API 1.41.</summary>
public sealed record ExecCreateRequest
{
    /// <summary>Program and arguments.</summary>
    public required IReadOnlyList<string> Cmd { get; init; }

    /// <summary>Variables, <c>NAME=value</c>.</summary>
    public IReadOnlyList<string>? Env { get; init; }

    /// <summary>Folder that it starts in.</summary>
    public string? WorkingDir { get; init; }

    /// <summary>User; null is the container's.</summary>
    public string? User { get; init; }

    /// <summary>Whether it has an input.</summary>
    public bool AttachStdin { get; init; }

    /// <summary>Whether its output is wanted.</summary>
    public bool AttachStdout { get; init; } = true;

    /// <summary>Whether its error output is wanted.</summary>
    public bool AttachStderr { get; init; } = true;

    /// <summary>Whether it has a terminal.</summary>
    public bool Tty { get; init; }
}
