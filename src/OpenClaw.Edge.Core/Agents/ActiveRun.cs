using System.Diagnostics.CodeAnalysis;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Agents;

/// <summary>A run that waits or runs, with what its lane needs to run and stop it.</summary>
internal sealed class ActiveRun : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private string? _stopOrigin;
    private int _userEntryPublished;
    private bool _disposed;

    /// <summary>Creates a waiting run.</summary>
    public ActiveRun(Run run, AgentEntry agent, QueueMode mode, TranscriptEntry userEntry, RunPublisher publisher)
    {
        Run = run;
        Agent = agent;
        Mode = mode;
        UserEntry = userEntry;
        Publisher = publisher;
    }

    /// <summary>The run as others see it.</summary>
    public Run Run { get; }

    /// <summary>Its agent.</summary>
    public AgentEntry Agent { get; }

    /// <summary>What it does when its session is busy.</summary>
    public QueueMode Mode { get; }

    /// <summary>The user's message.</summary>
    public TranscriptEntry UserEntry { get; }

    /// <summary>Where its events go.</summary>
    public RunPublisher Publisher { get; }

    /// <summary>Completes when the user's message is on disk; faults when it could not be stored.</summary>
    public Task<TranscriptEntry> Stored { get; set; } = Task.FromException<TranscriptEntry>(new InvalidOperationException());

    /// <summary>Its message, where that is stored and has no place in the history yet; else null.</summary>
    [SuppressMessage("Usage", "VSTHRD002:Avoid problematic synchronous waits", Justification = "it has ended")]
    public TranscriptEntry? Unplaced => Stored is { IsCompletedSuccessfully: true, Result: { Seq: 0 } waiting } ? waiting : null;

    /// <summary>Whether storing its message may start the session over: what is known of the session holds only after that.</summary>
    public bool MayStartOver { get; set; }

    /// <summary>Runs whose messages this turn answers as well.</summary>
    public IReadOnlyList<ActiveRun> Collected { get; set; } = [];

    /// <summary>Those of <see cref="Collected"/> that joined while the turn ran.</summary>
    public IReadOnlyList<ActiveRun> Steered { get; set; } = [];

    /// <summary>Notes that its model reads before the message.</summary>
    public IReadOnlyList<SystemEvent> Notes { get; set; } = [];

    /// <summary>Whether another turn of the session ran or waited when it came.</summary>
    public bool HadToWait { get; init; }

    /// <summary>Quiet time after it in milliseconds, where it had to wait.</summary>
    public int DebounceMs { get; set; }

    /// <summary>Timestamp of arrival, by the time provider.</summary>
    public long ArrivedAt { get; init; }

    /// <summary>Why it was stopped; null when it was not.</summary>
    public string? StopOrigin => Volatile.Read(ref _stopOrigin);

    /// <summary>Cancelled when it was stopped.</summary>
    public CancellationToken Stopped => _stop.Token;

    /// <summary>Waits until the user's message is stored, or is known not to be.</summary>
    public async Task<bool> IsStoredAsync()
    {
        await ((Task)Stored).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return Stored.IsCompletedSuccessfully;
    }

    /// <summary>Publishes the stored user message, once.</summary>
    public void PublishUserEntry(TranscriptEntry stored)
    {
        if (Interlocked.Exchange(ref _userEntryPublished, 1) == 0)
        {
            Publisher.EntryStored(stored, HadToWait);
        }
    }

    /// <summary>Publishes the place in a queue, unless the run has started meanwhile.</summary>
    public void PublishQueued(string note, int position)
    {
        if (Run.Status == RunStatus.Queued)
        {
            Publisher.Phase("queued", note, position);
        }
    }

    /// <summary>Stops the run; the first reason stands.</summary>
    public void Stop(string origin)
    {
        lock (_gate)
        {
            if (_disposed || _stopOrigin is not null)
            {
                return;
            }

            _stopOrigin = origin;
        }

        try
        {
            _stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // it has ended meanwhile
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
        }

        _stop.Dispose();
        Publisher.Dispose();
    }
}
