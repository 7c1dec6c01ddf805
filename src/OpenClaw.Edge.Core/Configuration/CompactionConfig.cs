namespace OpenClaw.Edge.Configuration;

/// <summary>The <c>agents.defaults.compaction</c> section.</summary>
public sealed record CompactionConfig
{
    /// <summary>Whether history is compacted by itself near the limit; overflow recovery and <c>/compact</c> work either way.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Tokens kept free for the answer; <see langword="null"/> means by the window.</summary>
    public int? ReserveTokens { get; init; }

    /// <summary>Tokens of the newest history that stay as they are; <see langword="null"/> means by the window.</summary>
    public int? KeepRecentTokens { get; init; }

    /// <summary>Model that summarizes; <see langword="null"/> means the session's.</summary>
    public string? Model { get; init; }

    /// <summary>How long a summary may take in seconds before one is put together without the model.</summary>
    public int TimeoutSeconds { get; init; } = 180;

    /// <summary>Whether notes are saved before a compaction.</summary>
    public bool MemoryFlush { get; init; } = true;

    /// <summary>Distance from the limit in tokens at which notes are saved.</summary>
    public int MemoryFlushSoftThresholdTokens { get; init; } = 4000;
}
