namespace OpenClaw.Edge.Sessions;

/// <summary>When a conversation is over: what comes now starts a new one, in the transaction that stores it.</summary>
public sealed class SessionExpiry
{
    /// <summary>Conversations that began before it are over; null for none.</summary>
    public long? StartedBeforeMs { get; init; }

    /// <summary>Those in which no person has said anything since are over; null for none.</summary>
    public long? QuietSinceMs { get; init; }

    /// <summary>Set before the append completes when the conversation was over: <c>daily</c> or <c>idle</c>.</summary>
    public string? Applied { get; set; }

    /// <summary>Why a conversation is over; null when it goes on. Source: the original's <c>evaluateSessionFreshness</c>.</summary>
    /// <param name="startedMs">Its first row.</param>
    /// <param name="interactionMs">The last message of a person; null when there was none.</param>
    public string? Judge(long startedMs, long? interactionMs)
    {
        bool idle = QuietSinceMs is { } quiet && Math.Max(interactionMs ?? startedMs, startedMs) < quiet;
        return StartedBeforeMs is { } before && startedMs < before ? "daily" : idle ? "idle" : null;
    }
}
