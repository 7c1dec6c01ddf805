using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Sandbox;

/// <summary>What holds for a session's commands and why.</summary>
public sealed record SandboxReport
{
    /// <summary>The settings of its agent.</summary>
    public required SandboxConfig Settings { get; init; }

    /// <summary>Whether its commands are sandboxed.</summary>
    public required bool IsSandboxed { get; init; }

    /// <summary>Which backend they get; the configured one when none can be had.</summary>
    public required string Backend { get; init; }

    /// <summary>The engine or program, for a person; null when none can be had.</summary>
    public string? Engine { get; init; }

    /// <summary>Whether the engine runs as root.</summary>
    public bool IsRootful { get; init; }

    /// <summary>Name of the sandbox; null when the settings are refused.</summary>
    public string? Name { get; init; }

    /// <summary>Folder on the host that is the workspace inside; null when the settings are refused.</summary>
    public string? HostWorkspace { get; init; }

    /// <summary>All mounts: host folder, folder inside, whether it can be written, and what it is.</summary>
    public IReadOnlyList<(string Host, string Inside, bool Writable, string Source)> Mounts { get; init; } = [];

    /// <summary>What protects, strongest first.</summary>
    public IReadOnlyList<SandboxWall> Walls { get; init; } = [];

    /// <summary>Why a sandboxed call would be refused now; null when it would run.</summary>
    public string? Problem { get; init; }

    /// <summary>What to do about <see cref="Problem"/>.</summary>
    public string? Fix { get; init; }
}
