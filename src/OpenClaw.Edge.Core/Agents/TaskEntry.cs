using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Agents;

/// <summary>A piece of work that runs beside the conversation: a call of <c>agent</c>, a job's turn, a sub-agent. Immutable.</summary>
public sealed record TaskEntry
{
    /// <summary>UUID.</summary>
    public required string Id { get; init; }

    /// <summary><c>cli</c> for calls of <c>agent</c>, <c>cron</c> or <c>subagent</c>: the original's words.</summary>
    public required string Runtime { get; init; }

    /// <summary><c>queued</c>, <c>running</c>, <c>completed</c>, <c>failed</c>, <c>timed_out</c>, <c>cancelled</c>, or <c>lost</c>: the
    /// process that it ran in has ended.</summary>
    public required string Status { get; init; }

    /// <summary>Start of what was asked, for a person.</summary>
    public required string Title { get; init; }

    /// <summary>What was asked, cut.</summary>
    public required string Prompt { get; init; }

    /// <summary>The session that hears of it.</summary>
    public required SessionKey Session { get; init; }

    /// <summary>The session that it runs in, where that is another one.</summary>
    public SessionKey? Child { get; init; }

    /// <summary>Its run.</summary>
    public required string RunId { get; init; }

    /// <summary>Epoch milliseconds.</summary>
    public required long CreatedAtMs { get; init; }

    /// <summary>Epoch milliseconds.</summary>
    public required long UpdatedAtMs { get; init; }

    /// <summary>Epoch milliseconds; null while it waits.</summary>
    public long? StartedAtMs { get; init; }

    /// <summary>Epoch milliseconds; null until it has ended.</summary>
    public long? EndedAtMs { get; init; }

    /// <summary>Tools that it has used.</summary>
    public int ToolUses { get; init; }

    /// <summary>The last of them.</summary>
    public string? LastTool { get; init; }

    /// <summary>What it said at its end, cut.</summary>
    public string? Result { get; init; }

    /// <summary>Why it failed.</summary>
    public string? Error { get; init; }

    /// <summary>Where its rows are.</summary>
    public SessionKey Transcript => Child ?? Session;

    /// <summary>Whether it waits or runs.</summary>
    public bool IsActive => EndedAtMs is null;

    /// <summary>Where it stands in a list, the highest first.</summary>
    /// <param name="byEnd">By its end; else by its last change.</param>
    public long Place(bool byEnd) => byEnd ? EndedAtMs ?? -1 : UpdatedAtMs;
}
