namespace OpenClaw.Edge.Sessions;

/// <summary>Which sessions to list. Source: docs/protocol.md, <c>sessions.list</c>.</summary>
public sealed record SessionQuery
{
    /// <summary>Most rows that one page holds.</summary>
    public const int MaxLimit = 1000;

    /// <summary>Only this agent's sessions.</summary>
    public string? AgentId { get; init; }

    /// <summary>Only sessions whose key, id, label, name or title contains this, ASCII letters in any case.</summary>
    public string? Search { get; init; }

    /// <summary>Only sessions with exactly this label.</summary>
    public string? Label { get; init; }

    /// <summary>Only the session with this id.</summary>
    public string? SessionId { get; init; }

    /// <summary>Only sessions that changed in the last so many minutes.</summary>
    public int? ActiveMinutes { get; init; }

    /// <summary>Only sessions with a queued or running run.</summary>
    public bool ActiveOnly { get; init; }

    /// <summary>True for archived only, false for the others, null for all.</summary>
    public bool? Archived { get; init; } = false;

    /// <summary>Order of the list.</summary>
    public SessionSort SortBy { get; init; }

    /// <summary>Rows at most, 1 to <see cref="MaxLimit"/>.</summary>
    public int Limit { get; init; } = 100;

    /// <summary>Rows to skip.</summary>
    public int Offset { get; init; }
}
