namespace OpenClaw.Edge.Tools;

/// <summary>A request and what became of it. Immutable but for its end, which comes once.</summary>
public sealed class PendingApproval
{
    private readonly TaskCompletionSource<ApprovalDecision> _decided = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal PendingApproval(string id, ApprovalRequest request, long createdAtMs, long expiresAtMs)
    {
        Id = id;
        Request = request;
        CreatedAtMs = createdAtMs;
        ExpiresAtMs = expiresAtMs;
    }

    /// <summary>Id on the wire.</summary>
    public string Id { get; }

    /// <summary>What is asked.</summary>
    public ApprovalRequest Request { get; }

    /// <summary>Epoch milliseconds.</summary>
    public long CreatedAtMs { get; }

    /// <summary>Epoch milliseconds after which it is denied.</summary>
    public long ExpiresAtMs { get; }

    /// <summary>Completes with the end; never fails.</summary>
    public Task<ApprovalDecision> Decided => _decided.Task;

    /// <summary>The end; null while it waits.</summary>
    public ApprovalDecision? Decision => _decided.Task.IsCompletedSuccessfully ? _decided.Task.Result : null;

    internal bool TryDecide(ApprovalDecision decision) => _decided.TrySetResult(decision);
}
