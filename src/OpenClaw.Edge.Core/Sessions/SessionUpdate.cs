namespace OpenClaw.Edge.Sessions;

/// <summary>What an append changes besides the transcript, in the same transaction. Null members stay as they are.</summary>
public sealed record SessionUpdate
{
    /// <summary>State of the run.</summary>
    public SessionStatus? Status { get; init; }

    /// <summary>Why the run failed; kept until another run ends. Read only together with <see cref="Status"/>.</summary>
    public string? Error { get; init; }

    /// <summary>Run that the change belongs to.</summary>
    public string? RunId { get; init; }

    /// <summary>Start of the run, epoch milliseconds; clears <see cref="SessionRow.EndedAtMs"/>.</summary>
    public long? StartedAtMs { get; init; }

    /// <summary>End of the run, epoch milliseconds.</summary>
    public long? EndedAtMs { get; init; }

    /// <summary>Whether the run was aborted.</summary>
    public bool? AbortedLastRun { get; init; }

    /// <summary>Provider that answered.</summary>
    public string? ModelProvider { get; init; }

    /// <summary>Model that answered, without its provider.</summary>
    public string? Model { get; init; }

    /// <summary>Tokens in the model's window now.</summary>
    public long? TotalTokens { get; init; }

    /// <summary>Window size of the model.</summary>
    public long? ContextTokens { get; init; }

    /// <summary>Whether there is an answer that nobody saw.</summary>
    public bool? Unread { get; init; }

    /// <summary>A person caused this: sets <see cref="SessionRow.LastInteractionAtMs"/>.</summary>
    public bool Interaction { get; init; }

    /// <summary>Program that wrote: the row keeps who did. Null for none.</summary>
    public string? Participant { get; init; }

    /// <summary>Adds to the session's and the day's usage.</summary>
    public RunUsage? Usage { get; init; }

    /// <summary>A user input that is accepted by this append; it stays pending until a later append names its run in <see cref="EndedRunIds"/>.</summary>
    public PendingInput? AcceptedInput { get; init; }

    /// <summary>Run whose waiting message gets its place by this append; null for none.</summary>
    public string? PlacedRunId { get; init; }

    /// <summary>Runs whose inputs are answered, aborted or failed by this append.</summary>
    public IReadOnlyList<string> EndedRunIds { get; init; } = [];

    /// <summary>Revision that the session must still have, or nothing is written; null for any.</summary>
    public string? ExpectedRevision { get; init; }

    /// <summary>When the conversation so far is over; null for never.</summary>
    public SessionExpiry? Expiry { get; init; }
}
