namespace OpenClaw.Edge.Tools;

/// <summary>Requests that wait for a person, each until it is answered, its time is up or its caller goes away; silence is a
/// no. The last answered ones are remembered. Thread-safe.</summary>
public sealed class ApprovalGate(TimeProvider time)
{
    /// <summary>How long a request waits unless it says otherwise. Source: docs/protocol.md, approvals.</summary>
    public static readonly TimeSpan DefaultWait = TimeSpan.FromMinutes(30);

    /// <summary>Most requests that wait at once.</summary>
    public const int MaxPending = 64;

    private const int MaxRemembered = 200;

    private static readonly TimeSpan s_longestWait = TimeSpan.FromHours(24);

    private readonly Lock _gate = new();
    private readonly List<PendingApproval> _pending = [];
    private readonly Queue<PendingApproval> _ended = new();

    /// <summary>Whether anybody is there who could answer; set by the gateway.</summary>
    public Func<bool> HasApprovers { get; set; } = static () => false;

    /// <summary>Whether anybody but one connection is there who could answer; set by the gateway.</summary>
    public Func<string, bool> HasOtherApprovers { get; set; } = static _ => false;

    /// <summary>Called when a request begins to wait; set by the gateway.</summary>
    public Action<PendingApproval> Requested { get; set; } = static _ => { };

    /// <summary>Called when a request has ended; set by the gateway.</summary>
    public Action<PendingApproval> Resolved { get; set; } = static _ => { };

    /// <summary>Requests that wait, oldest first.</summary>
    public IReadOnlyList<PendingApproval> Pending
    {
        get
        {
            lock (_gate)
            {
                return [.. _pending];
            }
        }
    }

    /// <summary>Finds a request that waits or is remembered.</summary>
    public PendingApproval? Find(string id)
    {
        lock (_gate)
        {
            return _pending.Find(known => known.Id == id) ?? _ended.FirstOrDefault(known => known.Id == id);
        }
    }

    /// <summary>Starts a request. Without anybody who could answer, or when too many wait, it has ended already.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="wait">How long it waits.</param>
    /// <param name="id">Its id; null makes one. A known id gives that request.</param>
    /// <param name="asker">Connection that asks, which does not count as one that could answer.</param>
    public PendingApproval Ask(ApprovalRequest request, TimeSpan wait, string? id = null, string? asker = null)
    {
        ArgumentNullException.ThrowIfNull(request);
        long now = NowMs;
        TimeSpan span = wait <= TimeSpan.Zero ? DefaultWait : wait > s_longestWait ? s_longestWait : wait;
        PendingApproval approval = new(id ?? Guid.NewGuid().ToString(), request, now, now + (long)span.TotalMilliseconds);
        bool canAsk = asker is null ? HasApprovers() : HasOtherApprovers(asker);
        lock (_gate)
        {
            if (id is not null && (_pending.Find(known => known.Id == id) ?? _ended.FirstOrDefault(known => known.Id == id)) is { } known)
            {
                return known;
            }

            canAsk &= _pending.Count < MaxPending;
            if (canAsk)
            {
                _pending.Add(approval);
            }
            else
            {
                approval.TryDecide(new ApprovalDecision(null, null, "no-approver", now));
                Remember(approval);
            }
        }

        if (canAsk)
        {
            Requested(approval);
            _ = ExpireAsync(approval, span);
        }

        return approval;
    }

    /// <summary>Waits for the end of a request; a caller that goes away takes it with it.</summary>
    public async Task<ApprovalDecision> WaitAsync(PendingApproval approval, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(approval);
        await using CancellationTokenRegistration gone = cancellationToken.UnsafeRegister(
            state => End((PendingApproval)state!, new ApprovalDecision(null, null, "cancelled", NowMs)), approval);
        return await approval.Decided;
    }

    /// <summary>Takes somebody's word.</summary>
    /// <param name="id">The request.</param>
    /// <param name="word"><c>allow-once</c>, <c>allow-always</c> or <c>deny</c>.</param>
    /// <param name="by">Who says it.</param>
    public ApprovalAnswer Resolve(string id, string word, string by)
    {
        if (Find(id) is not { } approval)
        {
            return ApprovalAnswer.NotFound;
        }

        if (!approval.Request.Decisions.Contains(word, StringComparer.Ordinal))
        {
            return ApprovalAnswer.NotOffered;
        }

        if (approval.Decision is null && NowMs < approval.ExpiresAtMs && End(approval, new ApprovalDecision(word, by, "decided", NowMs)))
        {
            return ApprovalAnswer.Applied;
        }

        return approval.Decision?.Word == word ? ApprovalAnswer.Repeated
            : approval.Decision?.Word is null ? ApprovalAnswer.NotFound
            : ApprovalAnswer.AlreadyResolved;
    }

    private long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    private async Task ExpireAsync(PendingApproval approval, TimeSpan span)
    {
        try
        {
            await approval.Decided.WaitAsync(span, time);
        }
        catch (TimeoutException)
        {
            End(approval, new ApprovalDecision(null, null, "timeout", NowMs));
        }
    }

    private bool End(PendingApproval approval, ApprovalDecision decision)
    {
        lock (_gate)
        {
            if (!approval.TryDecide(decision))
            {
                return false;
            }

            _pending.Remove(approval);
            Remember(approval);
        }

        Resolved(approval);
        return true;
    }

    private void Remember(PendingApproval approval)
    {
        _ended.Enqueue(approval);
        if (_ended.Count > MaxRemembered)
        {
            _ended.Dequeue();
        }
    }
}
