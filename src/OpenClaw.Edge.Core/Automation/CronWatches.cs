using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Microsoft.Extensions.Logging;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.Storage;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Automation;

/// <summary>The commands that jobs wait for: those whose end starts a job (<c>on-exit</c>), and those whose lines do (<c>stream</c>). Each is a command
/// of the job's agent, under its exec policy. One task a job; a job that changes gets another. Thread-safe.</summary>
public sealed partial class CronWatches : IAsyncDisposable
{
    private const int MaxFailures = 5; // the original's
    private const int MaxShown = 16_000; // guess: characters of a command's output that its job gets
    private const double LongestExitSeconds = 86_400; // the original's

    private static readonly TimeSpan s_stable = TimeSpan.FromMinutes(1); // the original's
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(30); // the original's
    private static readonly TimeSpan s_busy = TimeSpan.FromSeconds(1);
    private static readonly int[] s_exitRestSeconds = [1, 5, 30, 300]; // the original's
    private static readonly int[] s_streamRestSeconds = [30, 60, 300, 900, 3600]; // the original's

    private readonly CronScheduler _cron;
    private readonly CronCommands _commands;
    private readonly Func<AgentCatalog> _agents;
    private readonly Func<CronConfig> _config;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Watch> _watches = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopping = new();
    private bool _closed;

    /// <summary>Creates watches that follow the scheduler from its next change on.</summary>
    public CronWatches(CronScheduler cron, ToolInvocation tools, Func<AgentCatalog> agents, Func<CronConfig> config, TimeProvider time, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(cron);
        (_cron, _commands, _agents, _config, _time, _logger) = (cron, new CronCommands(tools, time), agents, config, time, logger);
        cron.Watcher = Follow;
    }

    /// <summary>Starts and ends watches as the jobs and the configuration now want it; never blocks.</summary>
    public void Reschedule() => Follow(_cron.Jobs);

    /// <summary>Ends all commands and waits for them.</summary>
    public async ValueTask DisposeAsync()
    {
        Task[] all;
        lock (_gate)
        {
            _closed = true;
            all = [.. _watches.Values.Select(watch => watch.Done)];
        }

        await _stopping.CancelAsync();
        await Task.WhenAll(all);
        _stopping.Dispose();
    }

    private static string KeyOf(CronJob job) => job.Schedule.Kind == CronSchedule.StreamKind
        ? job.State.StreamSourceIdentity ?? ""
        : string.Create(CultureInfo.InvariantCulture, $"{job.State.ScheduleActivatedAtMs} {job.Schedule.Cwd} {job.Schedule.Command}");

    private bool IsWanted(CronJob job) => job is { Enabled: true, Schedule.IsWatch: true } && _config().Enabled
        && (job.Schedule.Kind == CronSchedule.OnExitKind || (_config().TriggersEnabled && job.State.StreamRestartExhausted != true));

    [SuppressMessage("Reliability", "CA2000:Dispose objects before losing scope", Justification = "the watch disposes it at its end")]
    private void Follow(IReadOnlyList<CronJob> jobs)
    {
        lock (_gate)
        {
            if (_closed || (_watches.Count == 0 && !jobs.Any(IsWanted)))
            {
                return;
            }

            Dictionary<string, CronJob> wanted = jobs.Where(IsWanted).ToDictionary(job => job.Id, StringComparer.Ordinal);
            foreach ((string id, Watch watch) in _watches.ToArray())
            {
                if (!wanted.TryGetValue(id, out CronJob? job) || KeyOf(job) != watch.Key || watch.HasEnded)
                {
                    watch.End();
                    if (watch.Done.IsCompleted || job is not null)
                    {
                        _watches.Remove(id);
                    }
                }
            }

            foreach (CronJob job in wanted.Values.Where(job => !_watches.ContainsKey(job.Id)))
            {
                Watch watch = new(KeyOf(job), CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token));
                watch.Done = Task.Run(() => RunAsync(job, watch.Token), CancellationToken.None);
                _watches.Add(job.Id, watch);
            }
        }
    }

    private async Task RunAsync(CronJob job, CancellationToken cancellationToken)
    {
        try
        {
            if (!_agents().TryGet(job.OwnerId(_agents().Default.Id), out AgentEntry? agent) || !SessionKey.TryParse($"cron:{job.Id}", agent.Id, out SessionKey key))
            {
                Notes.NoAgent(_logger, job.Name);
                return;
            }

            await (job.Schedule.Kind == CronSchedule.StreamKind ? StreamAsync(job, agent, key, cancellationToken) : ExitAsync(job, agent, key, cancellationToken));
        }
        catch (Exception stopped) when (stopped is OperationCanceledException or StorageException)
        {
            // the job has changed, or the gateway ends
        }
        catch (Exception broken) // the edge of a job: its command ends and nothing else
        {
            Notes.Broke(_logger, broken, job.Name);
        }
    }

    private async Task ExitAsync(CronJob job, AgentEntry agent, SessionKey key, CancellationToken cancellationToken)
    {
        long? activated = job.State.ScheduleActivatedAtMs;
        for (int failures = 0; ;)
        {
            CronCommandEnd end = await _commands.RunAsync(
                key, agent,
                new CronCommand { Line = job.Schedule.Command!.Value.GetString()!, Cwd = job.Schedule.Cwd, Seconds = LongestExitSeconds, IsWatch = true },
                cancellationToken);
            if (end.Problem is null)
            {
                string shown = end.Summary is { Length: > MaxShown } longer ? "…" + longer[^MaxShown..] : end.Summary ?? "";
                await _cron.FireAsync(
                    job.Id,
                    new CronFire
                    {
                        IsCurrent = now => now.Enabled && now.State.ScheduleActivatedAtMs == activated && now.Schedule.Means(job.Schedule),
                        SwitchesOff = true,
                        Text = string.Create(CultureInfo.InvariantCulture, $"Watched command finished.\nExit code: {(end.Signal != 0 ? "none" : end.ExitCode)}\nReason: {end.Reason}")
                            + (shown.Length > 0 ? $"\n\nOutput:\n{shown}" : ""),
                    },
                    cancellationToken);
                return;
            }

            failures++;
            string error = $"cron on-exit watcher spawn failed: {end.Problem}";
            Notes.NotStarted(_logger, job.Name, end.Problem);
            await _cron.NoteAsync(
                job.Id, now => now.State.ScheduleActivatedAtMs == activated ? now.State with { LastError = error, ConsecutiveErrors = failures } : null, cancellationToken);
            await Task.Delay(TimeSpan.FromSeconds(s_exitRestSeconds[Math.Min(failures, s_exitRestSeconds.Length) - 1]), _time, cancellationToken);
        }
    }

    [SuppressMessage("Reliability", "CA2025:Ensure tasks using 'IDisposable' instances complete before the instances are disposed", Justification = "awaited in finally")]
    private async Task StreamAsync(CronJob job, AgentEntry agent, SessionKey key, CancellationToken cancellationToken)
    {
        string identity = job.State.StreamSourceIdentity ?? "";
        using CronBatches batches = new(job.Schedule, _time);
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task firing = FireAsync(job.Id, identity, batches, over.Token);
        try
        {
            int failures = job.State.StreamConsecutiveFailures ?? 0;
            while (await StreamOnceAsync(job, agent, key, batches, failures, cancellationToken) is { } now)
            {
                failures = now;
                await Task.Delay(
                    failures == 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(s_streamRestSeconds[Math.Min(failures, s_streamRestSeconds.Length) - 1]), _time, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (!_stopping.IsCancellationRequested)
        {
            bool allowed = _config() is { Enabled: true, TriggersEnabled: true };
            bool follows;
            lock (_gate)
            {
                follows = _watches.TryGetValue(job.Id, out Watch? now) && now.Token != cancellationToken;
            }

            // One that was given up has said so; one that another follows has nothing to say.
            await NoteAsync(job.Id, null, state => follows || state.StreamRestartExhausted == true ? state : state with
            {
                StreamStatus = allowed ? "stopped" : "disabled",
                StreamError = allowed ? null : "stream sources are disabled because the operator set cron.triggers.enabled: false; remove it or set it to true",
            }, CancellationToken.None);
            throw;
        }
        finally
        {
            await over.CancelAsync();
            await firing;
        }
    }

    // How many of its ends were too early by now; null when it is not started again.
    private async Task<int?> StreamOnceAsync(
        CronJob job, AgentEntry agent, SessionKey key, CronBatches batches, int failures, CancellationToken cancellationToken)
    {
        string identity = job.State.StreamSourceIdentity ?? "";
        await NoteAsync(job.Id, identity, state => state with { StreamStatus = failures > 0 ? "restarting" : "starting", StreamError = null, StreamConsecutiveFailures = failures }, cancellationToken);
        long began = _time.GetTimestamp();
        CronCommandEnd end = await _commands.RunAsync(
            key, agent,
            new CronCommand
            {
                Line = CronCommand.LineOf(job.Schedule.Command!.Value),
                Cwd = job.Schedule.Cwd,
                IsWatch = true,
                KeptBytes = 2048,
                OnOutput = batches.Hear,
                OnStarted = () => _ = NoteQuietlyAsync(job.Id, identity, state => state with
                {
                    StreamStatus = "running",
                    StreamLastStartedAtMs = _time.GetUtcNow().ToUnixTimeMilliseconds(),
                }),
            },
            cancellationToken);
        batches.End();
        bool stable = end.Problem is null && _time.GetElapsedTime(began) >= s_stable;
        int now = stable ? 0 : failures + 1;
        string error = end.Problem is { } problem ? $"stream source failed to start: {problem}"
            : string.Create(CultureInfo.InvariantCulture, $"stream source exited ({end.Reason}, code {(end.Signal != 0 ? "none" : end.ExitCode)})");
        bool last = now >= MaxFailures;
        Notes.SourceEnded(_logger, job.Name, error);
        await NoteAsync(job.Id, identity, state => state with
        {
            StreamStatus = last ? "error" : "restarting",
            StreamError = error,
            StreamConsecutiveFailures = now,
            StreamRestartExhausted = last ? true : null,
            LastError = last ? error : state.LastError,
            StreamLastExitAtMs = end.Problem is null ? _time.GetUtcNow().ToUnixTimeMilliseconds() : state.StreamLastExitAtMs,
        }, cancellationToken);
        return last ? null : now;
    }

    private async Task FireAsync(string id, string identity, CronBatches batches, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await batches.ReadyAsync(cancellationToken);
                long began = _time.GetTimestamp();
                string batch = await batches.NextAsync(cancellationToken);
                CronFire fire = new() { Batch = batch, IsCurrent = job => job.Enabled && job.State.StreamSourceIdentity == identity };
                string became = await _cron.FireAsync(id, fire, cancellationToken);
                if (became == CronFire.Busy)
                {
                    batches.Return(batch);
                    await Task.Delay(s_busy, _time, cancellationToken);
                    continue;
                }

                int coalesced = batches.TakeCoalesced();
                if (became != CronFire.Fired || coalesced > 0)
                {
                    await NoteAsync(id, identity, state => state with
                    {
                        StreamDroppedBatches = (state.StreamDroppedBatches ?? 0) + (became == CronFire.Fired ? 0 : 1),
                        StreamCoalescedBatches = (state.StreamCoalescedBatches ?? 0) + coalesced,
                    }, cancellationToken);
                }

                if (s_interval - _time.GetElapsedTime(began) is { Ticks: > 0 } rest)
                {
                    await Task.Delay(rest, _time, cancellationToken);
                }
            }
        }
        catch (Exception stopped) when (stopped is OperationCanceledException or StorageException)
        {
            // the source is another by now, or none
        }
    }

    private Task<CronJob?> NoteAsync(string id, string? identity, Func<CronJobState, CronJobState> change, CancellationToken cancellationToken) => _cron.NoteAsync(
        id, job => job.Schedule.Kind == CronSchedule.StreamKind && (identity is null || job.State.StreamSourceIdentity == identity) ? change(job.State) : null, cancellationToken);

    private async Task NoteQuietlyAsync(string id, string identity, Func<CronJobState, CronJobState> change)
    {
        try
        {
            await NoteAsync(id, identity, change, _stopping.Token);
        }
        catch (Exception stopped) when (stopped is OperationCanceledException or StorageException or ObjectDisposedException)
        {
            // the gateway ends
        }
    }

    private sealed class Watch(string key, CancellationTokenSource stop)
    {
        public string Key => key;

        /// <summary>Whether it was told to end. It stays until it has, and is no watch of a job that is wanted again.</summary>
        public bool HasEnded { get; private set; }

        public CancellationToken Token { get; } = stop.Token;

        public Task Done { get; set; } = Task.CompletedTask;

        public void End()
        {
            if (!HasEnded)
            {
                HasEnded = true;
                stop.Cancel();
                _ = Done.ContinueWith(static (_, state) => ((CancellationTokenSource)state!).Dispose(), stop, TaskScheduler.Default);
            }
        }
    }

    private static partial class Notes
    {
        [LoggerMessage(2604, LogLevel.Warning, "The command that job {Job} waits for did not start: {Problem}")]
        public static partial void NotStarted(ILogger logger, string job, string problem);

        [LoggerMessage(2605, LogLevel.Warning, "The source of job {Job}: {Problem}")]
        public static partial void SourceEnded(ILogger logger, string job, string problem);

        [LoggerMessage(2606, LogLevel.Error, "The watch of job {Job} broke; it starts again with the next change of the job.")]
        public static partial void Broke(ILogger logger, Exception exception, string job);

        [LoggerMessage(2607, LogLevel.Warning, "Job {Job} watches nothing: its agent is not there.")]
        public static partial void NoAgent(ILogger logger, string job);
    }
}
