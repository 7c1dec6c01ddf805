namespace OpenClaw.Edge.Tools;

/// <summary>A request and what became of it. Immutable but for its end, which comes once.</summary>
public sealed class PendingApproval
{
    private readonly TaskCompletionSource<ApprovalDecision> _decided = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ApprovalDecision? _decision;
    private int _used;

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
    public ApprovalDecision? Decision => Volatile.Read(ref _decision);

    /// <summary>Takes what was allowed, for one start; false when nothing was, or it was taken before.</summary>
    public bool TryUse() => Decision?.Word switch
    {
        "allow-once" => Interlocked.Exchange(ref _used, 1) == 0,
        "allow-always" => true,
        _ => false,
    };

    internal bool TryDecide(ApprovalDecision decision)
    {
        if (Interlocked.CompareExchange(ref _decision, decision, null) is not null)
        {
            return false;
        }

        _decided.SetResult(decision);
        return true;
    }
}
