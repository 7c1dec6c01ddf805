namespace OpenClaw.Edge.Care;

/// <summary>The last member of a backup, <c>manifest.json</c>: what is in it and where it came from.</summary>
public sealed record BackupManifest
{
    /// <summary>The only version so far.</summary>
    public const int CurrentSchema = 1;

    /// <summary>Version of this document.</summary>
    public required int SchemaVersion { get; init; }

    /// <summary>When the backup began, epoch milliseconds.</summary>
    public required long CreatedAtMs { get; init; }

    /// <summary>Program that made it.</summary>
    public required string EdgeVersion { get; init; }

    /// <summary>Schema of the gateway's database in it; null without one.</summary>
    public int? DatabaseSchema { get; init; }

    /// <summary>Whether keys, tokens and <c>.env</c> are in it. The configuration always is, as it was written.</summary>
    public required bool Credentials { get; init; }

    /// <summary>Whether workspaces are in it.</summary>
    public required bool Workspaces { get; init; }

    /// <summary>Where the folders came from.</summary>
    public required IReadOnlyList<BackupRoot> Roots { get; init; }

    /// <summary>Every other member.</summary>
    public required IReadOnlyList<BackupMember> Members { get; init; }

    /// <summary>What was left out; the first thousand.</summary>
    public IReadOnlyList<BackupSkip> Skipped { get; init; } = [];
}
