using Microsoft.Extensions.Logging;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.Storage;

namespace OpenClaw.Edge.Agents;

/// <summary>Looks after sessions that nobody uses, by <c>session.maintenance</c>: every half hour, and when it is asked to. What people
/// said is archived, never removed, until the database is larger than they want; what the gateway made for itself goes. Thread-safe: one
/// look at a time.</summary>
public sealed partial class SessionUpkeep : IAsyncDisposable
{
    private const int MaxActions = 1000; // of one look; what is left waits for the next
    private const int PageSize = 200;
    private const int StepsPerMeasure = 16; // transcripts that go before the size is looked at again

    private static readonly TimeSpan s_first = TimeSpan.FromMinutes(10); // a start has other things to do
    private static readonly TimeSpan s_every = TimeSpan.FromMinutes(30); // the original's

    private readonly RunRegistry _runs;
    private readonly AgentRuntime _runtime;
    private readonly Action _changed;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ITimer _timer;
    private Task _sweep = Task.CompletedTask;
    private string _said = "";

    /// <summary>Creates it; nothing is looked at before <see cref="Start"/>.</summary>
    /// <param name="runs">Turns, which keep their sessions.</param>
    /// <param name="changed">Called after sessions were archived or removed.</param>
    public SessionUpkeep(RunRegistry runs, Action changed)
    {
        ArgumentNullException.ThrowIfNull(runs);
        _runs = runs;
        _runtime = runs.Runtime;
        _changed = changed;
        _logger = _runtime.Loggers.CreateLogger("OpenClaw.Edge.Agents");
        _timer = _runtime.Time.CreateTimer(_ => Wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private SessionMaintenanceConfig Config => _runtime.Config().Session.Maintenance;

    private long NowMs => _runtime.Time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Looks from now on, the first time in ten minutes.</summary>
    public void Start() => _timer.Change(s_first, s_every);

    /// <summary>Looks once. Throws what the store throws.</summary>
    /// <param name="apply">Whether it is done; else it is only said.</param>
    /// <param name="cancellationToken">Stops between two sessions.</param>
    public async Task<UpkeepReport> RunAsync(bool apply, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            SessionStore store = _runtime.Sessions;
            UpkeepReport report = new() { DryRun = !apply, Before = store.CountLive, BytesBefore = store.UsedBytes };
            foreach ((SessionRow row, string action) in Plan(report.Before))
            {
                bool archives = action.StartsWith("archive", StringComparison.Ordinal);
                string? reason = !archives ? null : action == "archive-cap" ? SessionStore.CapReason : "age-retention";
                if (!apply || await store.RetireAsync(row, reason, cancellationToken))
                {
                    report.Add(row.Key, action);
                }
            }

            await ForgetTranscriptsAsync(report, apply, cancellationToken);
            await ObeyBudgetAsync(report, apply, cancellationToken);
            report.BytesAfter = apply && report.Changes ? store.UsedBytes : report.BytesBefore;
            if (apply && report.Changes)
            {
                Log.LookedAfter(
                    _logger, report.Count("archive-age") + report.Count("archive-cap"),
                    report.Count("prune-stale") + report.Count("cap-overflow") + report.Count("evict-budget"), report.Transcripts);
                _changed();
            }

            return report;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync();
        await _stopping.CancelAsync();
        await _sweep;
        _stopping.Dispose();
        _one.Dispose();
    }

    private void Wake()
    {
        if (_sweep.IsCompleted && !_stopping.IsCancellationRequested)
        {
            _sweep = Task.Run(SweepAsync);
        }
    }

    private async Task SweepAsync()
    {
        try
        {
            bool warnOnly = Config.WarnOnly;
            UpkeepReport report = await RunAsync(apply: !warnOnly, _stopping.Token);
            Say(warnOnly && report.Changes ? $"{report.Actions.Count} sessions and {report.Transcripts} old transcripts" : report.IsOverBudget ? "over" : "", report);
        }
        catch (OperationCanceledException)
        {
            // stopping
        }
        catch (StorageException exception)
        {
            Log.Failed(_logger, exception.Message);
        }
    }

    // Said once, until it changes.
    private void Say(string what, UpkeepReport report)
    {
        if (what == _said)
        {
            return;
        }

        _said = what;
        if (report.IsOverBudget)
        {
            Log.OverBudget(_logger, report.BytesAfter, Config.MaxDiskBytes ?? 0);
        }
        else if (what.Length > 0)
        {
            Log.WouldLookAfter(_logger, what);
        }
    }

    private async Task ForgetTranscriptsAsync(UpkeepReport report, bool apply, CancellationToken cancellationToken)
    {
        if (Config.ResetArchiveRetention is not { } kept)
        {
            return;
        }

        foreach ((long rowId, long window, SessionKey _) in _runtime.Sessions.OldWindows(NowMs - (long)kept.TotalMilliseconds, MaxActions))
        {
            if (!apply || await _runtime.Sessions.DeleteWindowAsync(rowId, window, cancellationToken))
            {
                report.Transcripts++;
            }
        }
    }

    // Old transcripts first, then sessions that were archived only because there were too many.
    private async Task ObeyBudgetAsync(UpkeepReport report, bool apply, CancellationToken cancellationToken)
    {
        SessionStore store = _runtime.Sessions;
        SessionMaintenanceConfig config = Config;
        if (config.MaxDiskBytes is not { } most || store.UsedBytes <= most)
        {
            return;
        }

        long target = config.HighWaterBytes is { } wanted && wanted < most ? wanted : most / 10 * 8;
        IReadOnlyList<(long RowId, long Window, SessionKey Key)> windows = store.OldWindows(NowMs, MaxActions);
        for (int i = 0; i < windows.Count && (!apply || i % StepsPerMeasure != 0 || store.UsedBytes > target); i++)
        {
            if (store.Find(windows[i].Key) is { } of && IsRecent(of, config) && !IsOwn(of.Key))
            {
                continue;
            }

            if (!apply || await store.DeleteWindowAsync(windows[i].RowId, windows[i].Window, cancellationToken))
            {
                report.Transcripts++;
            }
        }

        foreach (SessionRow row in store.CapArchived(MaxActions))
        {
            if ((apply && store.UsedBytes <= target) || IsHeld(row) || IsRecent(row, config))
            {
                continue;
            }

            if (!apply || await store.RetireAsync(row, null, cancellationToken))
            {
                report.Add(row.Key, "evict-budget");
            }
        }

        report.IsOverBudget = store.UsedBytes > most;
    }

    private static partial class Log
    {
        [LoggerMessage(1851, LogLevel.Information, "Looked after old sessions: {Archived} archived, {Removed} removed, {Transcripts} transcripts from before a reset removed.")]
        public static partial void LookedAfter(ILogger logger, int archived, int removed, int transcripts);

        [LoggerMessage(1852, LogLevel.Warning, "session.maintenance would archive or remove {What}; its mode is warn. `openclaw sessions cleanup --dry-run` lists them.")]
        public static partial void WouldLookAfter(ILogger logger, string what);

        [LoggerMessage(1853, LogLevel.Warning, "Sessions hold {Bytes} bytes, more than session.maintenance.maxDiskBytes ({Limit}), and nothing is left that may go by itself. Raise it, or export and delete sessions.")]
        public static partial void OverBudget(ILogger logger, long bytes, long limit);

        [LoggerMessage(1854, LogLevel.Warning, "Old sessions could not be looked after: {Problem}")]
        public static partial void Failed(ILogger logger, string problem);
    }
}
