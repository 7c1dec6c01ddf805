using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Care;

/// <summary>What to back up, and where to.</summary>
public sealed record BackupRequest
{
    /// <summary>Whose state.</summary>
    public required StatePaths Paths { get; init; }

    /// <summary>Configuration, for workspaces and included files.</summary>
    public required ConfigSnapshot Config { get; init; }

    /// <summary>Folder of the archive, or the archive itself when it ends in <c>.tar.gz</c> or <c>.sealed</c>.</summary>
    public required string Output { get; init; }

    /// <summary>Whether workspaces go along.</summary>
    public bool Workspaces { get; init; } = true;

    /// <summary>Whether keys, tokens and <c>.env</c> go along.</summary>
    public bool Credentials { get; init; }

    /// <summary>Whether nothing but the configuration file is backed up.</summary>
    public bool OnlyConfig { get; init; }

    /// <summary>Seals the archive; null leaves it readable.</summary>
    public string? Passphrase { get; init; }

    /// <summary>Clock of the name.</summary>
    public required TimeProvider Time { get; init; }
}
