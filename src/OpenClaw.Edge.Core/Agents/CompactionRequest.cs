using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Agents;

/// <summary>A compaction that somebody asks for.</summary>
internal sealed record CompactionRequest
{
    /// <summary>The session.</summary>
    public required SessionKey Key { get; init; }

    /// <summary>Model that summarizes.</summary>
    public required ModelChoice Choice { get; init; }

    /// <summary>Its window in tokens.</summary>
    public required int Window { get; init; }

    /// <summary>Tokens of the newest history that stay as they are.</summary>
    public required int KeepTokens { get; init; }

    /// <summary>Whether a run waits or runs: its rows stay.</summary>
    public required Func<string, bool> IsOpen { get; init; }

    /// <summary><c>manual</c>, <c>threshold</c> or <c>overflow</c>.</summary>
    public required string Trigger { get; init; }

    /// <summary>What the summary should look at; null for everything.</summary>
    public string? Focus { get; init; }

    /// <summary>How long the model may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(180);
}
