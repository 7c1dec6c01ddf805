using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Storage;

namespace OpenClaw.Edge.Automation;

/// <summary>Runs jobs at their times: one loop over one bounded channel owns them all, and nothing else changes them. Readers
/// see an immutable snapshot. Thread-safe.</summary>
public sealed partial class CronScheduler : IAsyncDisposable
{
    private const int QueueCapacity = 256;
    private const int MaxManual = 100;

    // A clock that was set, or a machine that slept, is noticed within this.
    private static readonly TimeSpan s_longestSleep = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_stopGrace = TimeSpan.FromSeconds(5); // guess: as runs have

    private readonly CronStore _store;
    private readonly Func<CronJob, CancellationToken, Task<CronOutcome>> _run;
    private readonly Func<CronConfig> _config;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Channel<Func<Task>> _commands = Channel.CreateBounded<Func<Task>>(
        new BoundedChannelOptions(QueueCapacity) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly Dictionary<string, CronJob> _jobs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Task> _running = new(StringComparer.Ordinal);
    private readonly Queue<(string JobId, string RunId, CronFire? Fire)> _manual = [];
    private readonly ConcurrentDictionary<string, long> _nextChecks = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ITimer _timer;
    private volatile IReadOnlyList<CronJob> _snapshot = [];
    private Action<CronEvent>[] _listeners = [];
    private Task _loop = Task.CompletedTask;
    private long _manualCount;
    private long? _restsSince;
    private bool _halted;
    private bool _failing;
    private string? _zone;

    /// <summary>Creates a scheduler that does not run yet.</summary>
    /// <param name="store">Where jobs are kept.</param>
    /// <param name="run">Does what a job asks for.</param>
    /// <param name="config">The configuration in force.</param>
    /// <param name="time">Clock, with the zone of this machine.</param>
    /// <param name="logger">For jobs that are switched off.</param>
    public CronScheduler(
        CronStore store, Func<CronJob, CancellationToken, Task<CronOutcome>> run, Func<CronConfig> config, TimeProvider time, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(time);
        (_store, _run, _config, _time, _logger) = (store, run, config, time, logger);
        _timer = time.CreateTimer(_ => _commands.Writer.TryWrite(static () => Task.CompletedTask), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Looks at each job whose run has ended before it is saved, and may note something in it. Called on the loop; must not block.</summary>
    public Func<CronJob, CronJob>? Judge { get; set; }

    /// <summary>Whether the machine is about to go down or to sleep: then nothing is started. Called on the loop; null is never.</summary>
    public Func<bool>? Leaving { get; set; }

    /// <summary>Every job, in no order.</summary>
    public IReadOnlyList<CronJob> Jobs => _snapshot;

    /// <summary>Whether jobs run by themselves.</summary>
    public bool IsEnabled => _config().Enabled;

    /// <summary>Whether scripts, conditions and sources run.</summary>
    public bool AreTriggersEnabled => _config().TriggersEnabled;

    /// <summary>The log.</summary>
    public CronStore Log => _store;

    /// <summary>When the next job is due, in epoch milliseconds; null when none is.</summary>
    public long? NextWakeAtMs => IsEnabled ? _snapshot.Where(job => job.Enabled && job.State.RunningAtMs is null).Min(job => job.State.NextRunAtMs) : null;

    private long NowMs => _time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Loads the jobs, records runs that the last end of the gateway cut off, puts missed ones in a row, and starts the loop.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (CronJob job in _store.Load())
        {
            _jobs[job.Id] = job;
        }

        _zone = _time.LocalTimeZone.Id;
        await CatchUpAsync(cancellationToken);
        Publish();
        _loop = Task.Run(LoopAsync, CancellationToken.None);
    }

    /// <summary>Adds a listener. It is called on the loop and must not block.</summary>
    public void Listen(Action<CronEvent> listener) => _listeners = [.. _listeners, listener];

    /// <summary>Finds a job; null when there is none.</summary>
    public CronJob? Find(string id) => _snapshot.FirstOrDefault(job => job.Id == id);

    /// <summary>Adds a job. Throws <see cref="CronInputException"/> or <see cref="StorageException"/>.</summary>
    public async Task<CronJob> AddAsync(JsonElement members, CancellationToken cancellationToken, Action<CronJob?, CronJob>? check = null) =>
        (await DeclareAsync(members, cancellationToken, check)).Job;

    /// <summary>Adds a job, or changes the one that has its declaration key and agent already. Throws as <see cref="AddAsync"/>.</summary>
    /// <param name="members">Params of <c>cron.add</c>.</param>
    /// <param name="cancellationToken">Gives up waiting for the answer.</param>
    /// <param name="check">Looks at the job that was there (null: none) and at what is to be there; throws to leave it so.</param>
    /// <returns>The job, whether it is new, and whether one that was there has changed.</returns>
    public Task<(CronJob Job, bool IsNew, bool IsChanged)> DeclareAsync(
        JsonElement members, CancellationToken cancellationToken, Action<CronJob?, CronJob>? check = null)
    {
        CronJob job = CronJobReader.Add(members, NowMs);
        CheckTriggers(job, members);
        return AskAsync(async () =>
        {
            CronJob? known = job.DeclarationKey is { } key ? _jobs.Values.FirstOrDefault(other => other.DeclarationKey == key && other.AgentId == job.AgentId) : null;
            CronJob wished = known is null ? job : CronJobReader.Declare(known, job, members.TryGetProperty("enabled"u8, out _));
            check?.Invoke(known, wished);
            if (known is not null)
            {
                return await ConvergeAsync(known, wished);
            }

            if (_jobs.Count >= CronStore.MaxJobs)
            {
                throw new CronInputException($"there are {CronStore.MaxJobs} jobs already; remove one first", isParams: false);
            }

            CronJob ready = Placed(job);
            await SaveAsync(ready);
            Tell(new CronEvent("added", ready));
            return (ready, true, false);
        }, cancellationToken);
    }

    /// <summary>Changes a job. Throws <see cref="CronJobNotFoundException"/>, <see cref="CronInputException"/> or <see cref="StorageException"/>.</summary>
    /// <param name="id">Job.</param>
    /// <param name="patch">What changes.</param>
    /// <param name="cancellationToken">Gives up waiting for the answer.</param>
    /// <param name="precondition">Looks at the job as it is; throws to leave it so.</param>
    /// <param name="check">Looks at the job as it is and as it is to be; throws to leave it so.</param>
    public Task<CronJob> UpdateAsync(
        string id, JsonElement patch, CancellationToken cancellationToken, Action<CronJob>? precondition = null, Action<CronJob?, CronJob>? check = null) => AskAsync(async () =>
    {
        CronJob before = Existing(id);
        precondition?.Invoke(before);
        CronJob job = CronJobReader.Update(before, patch, NowMs);
        check?.Invoke(before, job);
        CheckTriggers(job, patch);
        job = Rescheduled(before, job, patch.TryGetProperty("enabled"u8, out JsonElement on) && on.ValueKind == JsonValueKind.True,
            patch.TryGetProperty("pacing"u8, out _) || patch.TryGetProperty("trigger"u8, out _));
        await SaveAsync(job);
        Tell(new CronEvent("updated", job));
        return job;
    }, cancellationToken);

    /// <summary>Takes a job out; a run of it that is under way ends by itself. Throws <see cref="CronJobNotFoundException"/>.</summary>
    public Task<CronJob> RemoveAsync(string id, CancellationToken cancellationToken) => AskAsync(async () =>
    {
        CronJob job = Existing(id);
        await _store.DeleteAsync(id, _stopping.Token);
        _jobs.Remove(id);
        Publish();
        Tell(new CronEvent("removed", job));
        return job;
    }, cancellationToken);

    /// <summary>Asks for a run now. Throws <see cref="CronJobNotFoundException"/>.</summary>
    /// <param name="id">Job.</param>
    /// <param name="mode"><c>force</c>, <c>due</c> or <c>if-enabled</c>.</param>
    /// <param name="cancellationToken">Gives up waiting for the answer.</param>
    /// <returns>The run's id, or why it does not run: <c>not-due</c>, <c>already-running</c>, <c>disabled</c>, <c>queue-full</c>.</returns>
    public Task<(string? RunId, string? Reason)> RunAsync(string id, string mode, CancellationToken cancellationToken) => AskAsync(() =>
    {
        CronJob job = Existing(id);
        string? refusal = mode switch
        {
            "due" when !IsDue(job, NowMs) => "not-due",
            "if-enabled" when !job.Enabled => "disabled",
            _ when _running.ContainsKey(id) || _manual.Any(waiting => waiting.JobId == id) => "already-running",
            _ when _manual.Count >= MaxManual => "queue-full",
            _ => null,
        };
        if (refusal is not null)
        {
            return Task.FromResult<(string?, string?)>((null, refusal));
        }

        string runId = string.Create(CultureInfo.InvariantCulture, $"manual:{id}:{NowMs}:{++_manualCount}");
        _manual.Enqueue((id, runId, null));
        return Task.FromResult<(string?, string?)>((runId, null));
    }, cancellationToken);

    /// <summary>Starts no run any more and waits for those under way, for five seconds at most.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _commands.Writer.TryComplete();
        await _loop;
        try
        {
            await Task.WhenAll(_running.Values).WaitAsync(s_stopGrace, _time);
        }
        catch (TimeoutException)
        {
            // The next start records the run as interrupted.
        }

        await _timer.DisposeAsync();
        _stopping.Dispose();
    }

    private async Task<T> AskAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        TaskCompletionSource<T> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            await _commands.Writer.WriteAsync(
                async () =>
                {
                    try
                    {
                        answer.SetResult(await work());
                    }
                    catch (Exception exception)
                    {
                        answer.SetException(exception);
                    }
                },
                cancellationToken);
        }
        catch (ChannelClosedException)
        {
            throw StorageException.ClosedFor("the scheduler");
        }

        return await answer.Task.WaitAsync(cancellationToken);
    }

    private async Task LoopAsync()
    {
        try
        {
            do
            {
                while (_commands.Reader.TryRead(out Func<Task>? command))
                {
                    try
                    {
                        await command();
                    }
                    catch (Exception exception) // one command that breaks is not the end of the others
                    {
                        _restsSince = _time.GetTimestamp(); // its job is still due: not at once
                        Notes.CommandBroke(_logger, exception);
                    }
                }

                await TickAsync();
            }
            while (await _commands.Reader.WaitToReadAsync(_stopping.Token));
        }
        catch (OperationCanceledException)
        {
            // stopped
        }
    }

    private CronJob Existing(string id) => _jobs.TryGetValue(id, out CronJob? job) ? job : throw new CronJobNotFoundException(id);

    private async Task SaveAsync(CronJob job)
    {
        await _store.SaveAsync(job, CancellationToken.None);
        _failing = false;
        _jobs[job.Id] = job;
        Publish();
    }

    private void Publish()
    {
        _snapshot = [.. _jobs.Values];
        Watcher?.Invoke(_snapshot);
    }

    private void Tell(CronEvent told)
    {
        foreach (Action<CronEvent> listener in Volatile.Read(ref _listeners))
        {
            listener(told);
        }
    }

    private static partial class Notes
    {
        [LoggerMessage(2601, LogLevel.Warning, "Job {Job} was switched off ({Reason}); after fixing the cause run: openclaw cron enable {Id}")]
        public static partial void SwitchedOff(ILogger logger, string job, string reason, string id);

        [LoggerMessage(2602, LogLevel.Error, "Run of job {Job} broke; it counts as failed.")]
        public static partial void Broke(ILogger logger, Exception exception, string job);

        [LoggerMessage(2603, LogLevel.Error, "Jobs could not be looked after; trying again within a minute.")]
        public static partial void TickFailed(ILogger logger, Exception exception);

        [LoggerMessage(2608, LogLevel.Error, "What a job has left could not be taken in; the others go on.")]
        public static partial void CommandBroke(ILogger logger, Exception exception);
    }
}
