using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using OpenClaw.Edge.Storage;

namespace OpenClaw.Edge.Memory;

/// <summary>The memory of all agents: keeps the index of their notes up to date in the background and searches it. One loop over one
/// signal does the background's work and sleeps while nothing changes. Thread-safe. Source: docs/memory.md.</summary>
public sealed partial class MemoryIndex : IAsyncDisposable
{
    private static readonly TimeSpan s_searchWaits = TimeSpan.FromSeconds(2); // for files that changed; a first index of thousands takes longer

    private readonly MemoryParts _parts;
    private readonly MemoryStore _store;
    private readonly EmbedderSeats _seats;
    private readonly MemorySync _sync;
    private readonly MemoryEmbedding _embedding;
    private readonly MemoryWatch _watch;
    private readonly ConcurrentDictionary<string, bool> _dirty = new(StringComparer.Ordinal);
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });

    private readonly CancellationTokenSource _stopping = new();
    private readonly ITimer _retry;
    private Task _loop = Task.CompletedTask;
    private volatile string? _busyAgent;
    private volatile bool _sweeps;

    /// <summary>Creates one that does nothing in the background yet.</summary>
    public MemoryIndex(MemoryParts parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        _parts = parts;
        _store = new MemoryStore(parts.Database);
        _seats = new EmbedderSeats(parts.Choose, parts.Time);
        _sync = new MemorySync(_store, parts, _stopping.Token);
        _embedding = new MemoryEmbedding(_store, _seats, parts);
        _watch = new MemoryWatch(Touch, parts.Logger);
        _retry = parts.Time.CreateTimer(_ => TouchAll(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Starts the background's work: a look at all agents' files soon, then what changes.</summary>
    public void Start()
    {
        _loop = Task.Run(LoopAsync);
        _retry.Change(_parts.StartDelay, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Says that an agent's notes may have changed. Never blocks.</summary>
    public void Touch(string agentId)
    {
        _dirty[agentId] = true;
        _signal.Writer.TryWrite(true);
    }

    /// <summary>Says that a turn of an agent has ended, which may have written its first note. Never blocks.</summary>
    public void TouchAfterTurn(string agentId)
    {
        if (!_watch.Follows(agentId))
        {
            Touch(agentId);
        }
    }

    /// <summary>Says that the configuration changed: all agents are looked at, who makes vectors is chosen anew, and what is indexed of agents
    /// that are gone goes, too; their files stay.</summary>
    public void TouchAll()
    {
        _sweeps = true;
        foreach (MemoryScope scope in _parts.Scopes())
        {
            Touch(scope.AgentId);
        }
    }

    /// <summary>The memory of an agent; null when there is no such agent.</summary>
    public MemoryScope? Find(string agentId) => _parts.Scopes().FirstOrDefault(scope => scope.AgentId == agentId);

    /// <summary>Whether a file is one that an agent may read as memory: a note of its workspace, or an indexed file that the configuration adds.</summary>
    public bool Owns(MemoryScope scope, string path)
    {
        ArgumentNullException.ThrowIfNull(scope);
        return MemoryFolder.IsNote(path) || _store.Has(scope.AgentId, path);
    }

    /// <summary>Reads a file of an agent's memory; null when there is none that may be read.</summary>
    public byte[]? ReadFile(MemoryScope scope, string path)
    {
        ArgumentNullException.ThrowIfNull(scope);
        if (!Owns(scope, path))
        {
            return null;
        }

        MemoryFile? file = Path.IsPathRooted(path)
            ? MemoryFolder.Scan(scope, _parts.Disk).FirstOrDefault(found => found.Path == path)
            : new MemoryFile(scope.Workspace, path, path, 0, 0);
        return file is null ? null : _parts.Disk.Read(file.Root, file.Inner, MemoryFolder.MaxFileBytes);
    }

    /// <summary>Searches an agent's notes. Words are always searched; meaning where there is an embedder. Throws <see cref="StorageException"/>.</summary>
    public async Task<MemoryAnswer> SearchAsync(
        MemoryScope scope, string query, int? maxResults, double? minScore, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(scope);
        bool fresh = await IsFreshAsync(scope, cancellationToken);
        MemorySearch search = new(_store, _seats.Of(scope.Settings), scope, _parts.Time);
        MemoryAnswer answer = await search.RunAsync(query, maxResults, minScore, cancellationToken);
        if (_store.CountUnpacked(scope.AgentId) > 0)
        {
            Touch(scope.AgentId);
        }

        return fresh ? answer : answer with { Notice = $"{answer.Notice} Files are still being indexed: hits may be missing.".Trim() };
    }

    /// <summary>Brings an agent's index up to date now, without the background's pauses, and returns how it stands.</summary>
    /// <param name="scope">The agent.</param>
    /// <param name="force">Whether every file is cut again, and every vector of a changed model made again.</param>
    /// <param name="cancellationToken">Stops waiting; what is done stays done.</param>
    public async Task<MemoryStatus> IndexAsync(MemoryScope scope, bool force, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(scope);
        if (scope.Settings.Enabled)
        {
            await _sync.RunAsync(scope, force, hurry: true, cancellationToken);
            await _embedding.RunAsync(scope, force, hurry: true, cancellationToken);
        }

        return Status(scope);
    }

    /// <summary>Asks who makes vectors, and whether they work.</summary>
    public async Task<MemoryStatus> ProbeAsync(MemoryScope scope, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(scope);
        _seats.Of(scope.Settings).Forget();
        await _embedding.ProbeAsync(scope, cancellationToken);
        return Status(scope);
    }

    /// <summary>How an agent's memory stands; asks nobody.</summary>
    public MemoryStatus Status(MemoryScope scope)
    {
        ArgumentNullException.ThrowIfNull(scope);
        (long files, long chunks, long characters, long embedded, string? model) = _store.Counts(scope.AgentId);
        EmbedderSeat seat = _seats.Of(scope.Settings);
        MemoryEmbedderChoice? choice = seat.Last;
        return new MemoryStatus
        {
            Scope = scope,
            Files = files,
            Chunks = chunks,
            Characters = characters,
            Embedded = embedded,
            IndexModel = model,
            Embedder = choice?.Embedder?.Name,
            Problem = seat.Failure ?? choice?.Reason,
            Busy = _busyAgent == scope.AgentId || _dirty.ContainsKey(scope.AgentId),
        };
    }

    /// <summary>Ends the background's work; what is half done is done again after the next start.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _retry.DisposeAsync();
        _watch.Dispose();
        await _loop;
        await _sync.EndAsync();
        _stopping.Dispose();
    }

    private async Task<bool> IsFreshAsync(MemoryScope scope, CancellationToken cancellationToken)
    {
        try
        {
            await _sync.RunAsync(scope, force: false, hurry: true, cancellationToken).WaitAsync(s_searchWaits, _parts.Time, cancellationToken);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
        catch (StorageException cause) when (cause.Failure is StorageFailure.Full or StorageFailure.ReadOnly or StorageFailure.Io)
        {
            return false; // what is indexed can still be read
        }
    }

    private async Task LoopAsync()
    {
        try
        {
            while (await _signal.Reader.WaitToReadAsync(_stopping.Token))
            {
                _signal.Reader.TryRead(out _);
                await SweepAsync();
                foreach (MemoryScope scope in _parts.Scopes())
                {
                    if (_dirty.ContainsKey(scope.AgentId))
                    {
                        await WorkAsync(scope);
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
            // disposed
        }
    }

    // Vectors stay in the cache while it has room: an agent that comes back needs no model for them.
    private async Task SweepAsync()
    {
        if (!_sweeps)
        {
            return;
        }

        _sweeps = false;
        try
        {
            foreach (string agent in _store.Agents())
            {
                if (Find(agent) is null)
                {
                    int files = await _sync.ForgetAsync(agent, () => Find(agent) is null);
                    Log.Forgotten(_parts.Logger, agent, files);
                }
            }
        }
        catch (StorageException cause)
        {
            Log.NotForgotten(_parts.Logger, cause.Message); // the next start or change of the configuration tries again
        }
    }

    private async Task WorkAsync(MemoryScope scope)
    {
        try
        {
            _busyAgent = scope.AgentId;
            await Task.Delay(TimeSpan.FromMilliseconds(scope.Settings.WatchDebounceMs), _parts.Time, _stopping.Token);
            _dirty.TryRemove(scope.AgentId, out _);
            if (!scope.Settings.Enabled)
            {
                return;
            }

            await _sync.RunAsync(scope, force: false, hurry: false, _stopping.Token);
            _watch.Follow(scope);
            await _embedding.RunAsync(scope, force: false, hurry: false, _stopping.Token);
            if (_seats.Of(scope.Settings).Pause is { Ticks: > 0 } pause)
            {
                _retry.Change(pause, Timeout.InfiniteTimeSpan);
            }
        }
        catch (Exception cause) when (cause is not OperationCanceledException)
        {
            Log.Failed(_parts.Logger, scope.AgentId, cause); // the top of the loop: the next change tries again
        }
        finally
        {
            _busyAgent = null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2400, LogLevel.Error, "The memory of agent {Agent} could not be indexed; the next change or search tries again.")]
        public static partial void Failed(ILogger logger, string agent, Exception cause);

        [LoggerMessage(2406, LogLevel.Information, "Agent {Agent} is not configured any more: the index of its {Files} notes is gone, the notes stay where they are.")]
        public static partial void Forgotten(ILogger logger, string agent, int files);

        [LoggerMessage(2407, LogLevel.Warning, "What is indexed of agents that are gone could not be removed: {Problem}")]
        public static partial void NotForgotten(ILogger logger, string problem);
    }
}
