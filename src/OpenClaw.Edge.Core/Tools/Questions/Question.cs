using System.Text.Json;

namespace OpenClaw.Edge.Tools;

/// <summary>Questions that were put to people together, and what became of them. Thread-safe.</summary>
public sealed class Question
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal Question(string id, JsonElement questions, long createdAtMs, long expiresAtMs)
    {
        Id = id;
        Questions = questions;
        CreatedAtMs = createdAtMs;
        ExpiresAtMs = expiresAtMs;
    }

    /// <summary>Id.</summary>
    public string Id { get; }

    /// <summary>The questions as they came: an array of objects. Source: docs/protocol.md, questions.</summary>
    public JsonElement Questions { get; }

    /// <summary>Agent that asks; null when it was not said.</summary>
    public string? AgentId { get; init; }

    /// <summary>Session that asks, canonical; null when it was not said.</summary>
    public string? SessionKey { get; init; }

    /// <summary>Run that asks; null when it was not said.</summary>
    public string? RunId { get; init; }

    /// <summary>When it was asked, epoch milliseconds.</summary>
    public long CreatedAtMs { get; }

    /// <summary>When nobody waits any more, epoch milliseconds.</summary>
    public long ExpiresAtMs { get; }

    /// <summary><c>pending</c>, <c>answered</c>, <c>cancelled</c> or <c>expired</c>.</summary>
    public string Status { get; private set; } = "pending";

    /// <summary>The answers, an object <c>{"answers":{id:[text]}}</c>; null unless it is answered.</summary>
    public JsonElement? Answers { get; private set; }

    /// <summary>Who answered; null when it was not said.</summary>
    public string? ResolvedBy { get; private set; }

    /// <summary>What the answering client calls its answer; null when it was not said.</summary>
    public string? ResolutionId { get; private set; }

    /// <summary>When it ended, epoch milliseconds; 0 before.</summary>
    internal long EndedAtMs { get; private set; }

    /// <summary>Completes when it is no longer pending.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Ends it; under the board's lock, once.</summary>
    internal void End(string status, JsonElement? answers, string? resolvedBy, string? resolutionId, long nowMs)
    {
        (Answers, ResolvedBy, ResolutionId, EndedAtMs, Status) = (answers, resolvedBy, resolutionId, nowMs, status);
        _ended.TrySetResult();
    }
}
