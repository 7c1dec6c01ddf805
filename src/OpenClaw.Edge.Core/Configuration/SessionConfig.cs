using System.Collections.ObjectModel;

namespace OpenClaw.Edge.Configuration;

/// <summary>The <c>session</c> section.</summary>
public sealed record SessionConfig
{
    /// <summary><c>per-sender</c> or <c>global</c>.</summary>
    public string Scope { get; init; } = "per-sender";

    /// <summary>When sessions start over by themselves; null for never.</summary>
    public SessionResetConfig? Reset { get; init; }

    /// <summary>What <see cref="Reset"/> is for <c>direct</c>, <c>group</c> and <c>thread</c>; members that are missing are those of it.</summary>
    public IReadOnlyDictionary<string, SessionResetConfig> ResetByType { get; init; } = ReadOnlyDictionary<string, SessionResetConfig>.Empty;

    /// <summary>What stands in the place of both for a channel.</summary>
    public IReadOnlyDictionary<string, SessionResetConfig> ResetByChannel { get; init; } = ReadOnlyDictionary<string, SessionResetConfig>.Empty;

    /// <summary>Words that start a session over, beside <c>/new</c> and <c>/reset</c>.</summary>
    public IReadOnlyList<string> ResetTriggers { get; init; } = [];

    /// <summary>What becomes of sessions that nobody uses.</summary>
    public SessionMaintenanceConfig Maintenance { get; init; } = new();
}
