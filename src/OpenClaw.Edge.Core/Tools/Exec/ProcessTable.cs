using System.Buffers.Text;
using System.Security.Cryptography;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Tools;

/// <summary>The commands of all agents: those that run, and those that ended and were not forgotten yet. Bounded in number
/// and in disk. Thread-safe. Dispose kills what runs.</summary>
public sealed class ProcessTable : IAsyncDisposable
{
    /// <summary>Most commands that run at once; a further one is refused.</summary>
    public const int MaxRunning = 16; // guess: a small box is busy with four

    /// <summary>Most sources of jobs that run at once, on top of those.</summary>
    public const int MaxWatches = 16; // guess: as many as commands

    /// <summary>Most ended commands that are kept.</summary>
    public const int MaxEnded = 50;

    private const long MaxSpilledBytes = 128L * 1024 * 1024;

    private readonly string _spillDir;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ExecSession> _sessions = new(StringComparer.Ordinal);
    private bool _closed;
    private bool _swept;

    /// <summary>Creates an empty table; what an earlier run left on disk is removed at the first use.</summary>
    /// <param name="spillDir">Folder for long output.</param>
    /// <param name="time">Clock.</param>
    public ProcessTable(string spillDir, TimeProvider time)
    {
        _spillDir = spillDir;
        _time = time;
    }

    /// <summary>How long an ended command is kept.</summary>
    public TimeSpan Keep { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>Commands that run now.</summary>
    public int Running
    {
        get
        {
            lock (_gate)
            {
                return _sessions.Values.Count(session => !session.Ended.IsCompleted);
            }
        }
    }

    /// <summary>Starts a command on this machine. Null with a sentence when it cannot.</summary>
    internal ExecSession? Start(ExecRequest request, HostCommand command, out string problem)
    {
        string started = "";
        ExecSession? session = Add(request.IsWatch, id => ExecSession.Start(id, request, command, SpillOf(id, request), _time, out started), out problem);
        problem = problem.Length > 0 ? problem : started;
        if (session is not null && started.Length > 0)
        {
            _ = RemoveAsync(session);
            return null;
        }

        return session;
    }

    /// <summary>Starts a command elsewhere. Null with a sentence when too many run.</summary>
    internal ExecSession? Start(
        ExecRequest request, Func<Action<ReadOnlySpan<byte>>, CancellationToken, Task<int>> run, out string problem) =>
        Add(request.IsWatch, id => ExecSession.Start(id, request, run, SpillOf(id, request), _time), out problem);

    /// <summary>Commands of an agent, newest first.</summary>
    public IReadOnlyList<ExecSession> Of(string agentId)
    {
        lock (_gate)
        {
            return [.. _sessions.Values.Where(session => session.Request.AgentId == agentId && !session.Request.IsWatch).OrderByDescending(session => session.StartedAt)];
        }
    }

    /// <summary>A command of an agent; null when it is another's, unknown or forgotten.</summary>
    public ExecSession? Find(string agentId, string id)
    {
        lock (_gate)
        {
            return _sessions.TryGetValue(id.Trim(), out ExecSession? session) && session.Request.AgentId == agentId && !session.Request.IsWatch ? session : null;
        }
    }

    /// <summary>Ends a command and forgets it.</summary>
    public async Task RemoveAsync(ExecSession session)
    {
        ArgumentNullException.ThrowIfNull(session);
        lock (_gate)
        {
            _sessions.Remove(session.Id);
        }

        await session.DisposeAsync();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        ExecSession[] all;
        lock (_gate)
        {
            _closed = true;
            all = [.. _sessions.Values];
            _sessions.Clear();
        }

        await Task.WhenAll(all.Select(session => session.DisposeAsync().AsTask()));
    }

    private ExecSession? Add(bool watch, Func<string, ExecSession> start, out string problem)
    {
        List<ExecSession> old;
        ExecSession? session = null;
        lock (_gate)
        {
            Sweep();
            old = Outdated();
            problem = _closed ? "the gateway is stopping"
                : _sessions.Values.Count(known => !known.Ended.IsCompleted && known.Request.IsWatch == watch) >= (watch ? MaxWatches : MaxRunning)
                    ? watch ? $"{MaxWatches} sources of jobs run already; switch a job off" : $"{MaxRunning} commands run already; wait for one or end one with process kill"
                : "";
            if (problem.Length == 0)
            {
                string id = NewId();
                session = start(id);
                _sessions.Add(id, session);
            }
        }

        foreach (ExecSession gone in old)
        {
            _ = gone.DisposeAsync().AsTask();
        }

        return session;
    }

    // What is there before the first command was left by a run that was killed.
    private void Sweep()
    {
        try
        {
            if (!_swept && Directory.Exists(_spillDir))
            {
                Directory.Delete(_spillDir, recursive: true);
            }
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            // it stays; new output has other names
        }

        _swept = true;
    }

    private List<ExecSession> Outdated()
    {
        DateTimeOffset oldest = _time.GetUtcNow() - Keep;
        ExecSession[] ended = [.. _sessions.Values.Where(session => session.EndedAt is not null).OrderByDescending(session => session.EndedAt)];
        long spilled = 0;
        List<ExecSession> gone = [];
        for (int i = 0; i < ended.Length; i++)
        {
            spilled += ended[i].Output.Spilled;
            if (i >= MaxEnded || ended[i].EndedAt < oldest || spilled > MaxSpilledBytes)
            {
                gone.Add(ended[i]);
                _sessions.Remove(ended[i].Id);
            }
        }

        return gone;
    }

    private string NewId()
    {
        while (true)
        {
            string id = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(6)).ToLowerInvariant().Replace('_', 'x').Replace('-', 'y');
            if (!_sessions.ContainsKey(id))
            {
                return id;
            }
        }
    }

    // What an incognito session prints stays in memory.
    private string? SpillOf(string id, ExecRequest request) =>
        SessionKey.TryParse(request.SessionKey, request.AgentId, out SessionKey key) && key.IsIncognito ? null : Path.Combine(_spillDir, id + ".log");
}
