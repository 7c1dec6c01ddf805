using System.Text.Json;

namespace OpenClaw.Edge.Sessions;

/// <summary>What is known of one session without reading its transcript. Times are epoch milliseconds.</summary>
public sealed record SessionRow
{
    /// <summary>Canonical key.</summary>
    public required SessionKey Key { get; init; }

    /// <summary>UUID of the session; a reset keeps it.</summary>
    public required string SessionId { get; init; }

    /// <summary>Agent that owns the session.</summary>
    public string AgentId => Key.AgentId;

    /// <summary>Changes with each reset; clients detect resets by it.</summary>
    public required string LifecycleRevision { get; init; }

    /// <summary>Tells one history of the session from another: it changes with each reset, rewind and change of branch.</summary>
    public string HistoryRevision => $"{LifecycleRevision.AsSpan(0, Math.Min(8, LifecycleRevision.Length))}:{SessionId}";

    /// <summary>Name that a client gave.</summary>
    public string? Label { get; init; }

    /// <summary>Name that a channel gave.</summary>
    public string? DisplayName { get; init; }

    /// <summary>When the row was made.</summary>
    public long CreatedAtMs { get; init; }

    /// <summary>Last change of any kind.</summary>
    public long UpdatedAtMs { get; init; }

    /// <summary>Last message of a person; null when there was none.</summary>
    public long? LastInteractionAtMs { get; init; }

    /// <summary>State of the last run; null when there was none.</summary>
    public SessionStatus? Status { get; init; }

    /// <summary>When the last run started.</summary>
    public long? StartedAtMs { get; init; }

    /// <summary>When the last run ended; null while it runs.</summary>
    public long? EndedAtMs { get; init; }

    /// <summary>Run that touched the session last.</summary>
    public string? LastRunId { get; init; }

    /// <summary>Whether the last run was aborted or interrupted.</summary>
    public bool AbortedLastRun { get; init; }

    /// <summary><c>provider/model</c> that a client chose; null for the agent's own.</summary>
    public string? ModelOverride { get; init; }

    /// <summary>Reasoning level that a client chose.</summary>
    public string? ThinkLevel { get; init; }

    /// <summary>Verbosity that a client chose.</summary>
    public string? VerboseLevel { get; init; }

    /// <summary>Whether reasoning is shown, as a client chose.</summary>
    public string? ReasoningLevel { get; init; }

    /// <summary>Queue mode that a client chose, as the wire spells it.</summary>
    public string? QueueMode { get; init; }

    /// <summary>Provider that answered last.</summary>
    public string? ModelProvider { get; init; }

    /// <summary>Model that answered last, without its provider.</summary>
    public string? Model { get; init; }

    /// <summary>Prompt tokens of all runs since the last reset.</summary>
    public long InputTokens { get; init; }

    /// <summary>Generated tokens of all runs since the last reset.</summary>
    public long OutputTokens { get; init; }

    /// <summary>Tokens in the model's window after the last run; null when the server did not say.</summary>
    public long? TotalTokens { get; init; }

    /// <summary>Window size of the model that answered last.</summary>
    public long? ContextTokens { get; init; }

    /// <summary>US dollars since the last reset.</summary>
    public double CostUsd { get; init; }

    /// <summary>Rows that history shows: those since the last reset, its marker included.</summary>
    public long MessageCount { get; init; }

    /// <summary>Start of the last user or assistant text, at most 160 characters.</summary>
    public string? LastMessagePreview { get; init; }

    /// <summary>First line of the first user text, at most 60 characters.</summary>
    public string? DerivedTitle { get; init; }

    /// <summary>Compactions since the last reset.</summary>
    public int CompactionCount { get; init; }

    /// <summary>Hidden from the default list.</summary>
    public bool Archived { get; init; }

    /// <summary>Kept at the top of the list by clients.</summary>
    public bool Pinned { get; init; }

    /// <summary>Has an answer that nobody saw.</summary>
    public bool Unread { get; init; }

    /// <summary>Members that clients patched and the gateway only keeps, as one JSON object; null when there are none.</summary>
    public JsonElement? Extra { get; init; }

    /// <summary>Programs that wrote in it, in the order they came.</summary>
    public IReadOnlyList<string> Participants => SessionParticipants.Of(Extra);

    /// <summary>Whether it was emptied at least once.</summary>
    public bool WasReset => Window > 0;

    /// <summary>Database row that owns the transcript.</summary>
    internal long RowId { get; init; }

    /// <summary>Number of resets so far.</summary>
    internal long Window { get; init; }
}
