using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Agents;

/// <summary>One turn of an agent, from acceptance to result. Written by its lane only; reads are safe from any thread.</summary>
public sealed class Run
{
    private readonly TaskCompletionSource<RunResult> _completion =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private long _seq;

    /// <summary>Creates a queued run.</summary>
    public Run(RunRequest request, long acceptedAtMs)
    {
        ArgumentNullException.ThrowIfNull(request);
        Request = request;
        AcceptedAtMs = acceptedAtMs;
    }

    /// <summary>What was asked for.</summary>
    public RunRequest Request { get; }

    /// <summary>Run id.</summary>
    public string Id => Request.RunId;

    /// <summary>Session of the run.</summary>
    public SessionKey SessionKey => Request.SessionKey;

    /// <summary>The queue that its turn waits in.</summary>
    public string Lane => RunLanes.Of(Request);

    /// <summary>Id of the session's current window; empty until the run starts.</summary>
    public string SessionId { get; internal set; } = "";

    /// <summary>State.</summary>
    public RunStatus Status { get; internal set; } = RunStatus.Queued;

    /// <summary>Epoch milliseconds.</summary>
    public long AcceptedAtMs { get; }

    /// <summary>Epoch milliseconds; zero while queued.</summary>
    public long StartedAtMs { get; internal set; }

    /// <summary>Answer text so far, for a client that joins in the middle.</summary>
    public string TextSoFar
    {
        get => TextSource?.Invoke() ?? field;
        internal set;
    } = "";

    /// <summary>Whether everything is stored and the end is being told: a message that comes now does not wait for this run.</summary>
    internal bool IsOver { get; set; }

    /// <summary>Reads the growing text; null when nothing grows.</summary>
    internal Func<string>? TextSource { get; set; }

    /// <summary>Completes when the run has ended and everything of it is on disk. Never faults.</summary>
    public Task<RunResult> Completion => _completion.Task;

    /// <summary>Number of the next event of this run, from 1; shared by <c>agent</c> and <c>chat</c> events.</summary>
    internal long NextSeq() => Interlocked.Increment(ref _seq);

    /// <summary>Number of its last event; 0 before the first.</summary>
    internal long LastSeq => Interlocked.Read(ref _seq);

    internal void Complete(RunResult result)
    {
        Status = result.Status;
        _completion.TrySetResult(result);
    }
}
