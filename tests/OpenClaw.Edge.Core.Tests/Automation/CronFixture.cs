using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using OpenClaw.Edge.Automation;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Storage;
using OpenClaw.Edge.TestKit;

namespace OpenClaw.Edge.Core.Tests.Automation;

/// <summary>A scheduler on a real database and a manual clock. Knows how long the loop means to sleep, and what it says in the log.</summary>
internal sealed class CronFixture : TimeProvider, IAsyncDisposable, ILogger
{
    public const string Hourly = """{"name":"tick","schedule":{"kind":"every","everyMs":3600000},"sessionTarget":"isolated","payload":{"kind":"agentTurn","message":"go"},"delivery":{"mode":"none"}}""";

    private readonly ManualTimeProvider _time = new();
    private readonly TempDir _dir = new();
    private readonly Channel<CronEvent> _events = Channel.CreateBounded<CronEvent>(1000);
    private long _sleep;
    private int _errors;

    private CronFixture()
    {
        Database = EdgeDatabase.Open(_dir.PathOf("edge.sqlite"), _time, this);
        Cron = new CronScheduler(new CronStore(Database, _time), (job, token) => Run(job, token), () => new CronConfig(), this, this);
        Cron.Listen(told => _events.Writer.TryWrite(told));
    }

    public EdgeDatabase Database { get; }

    public CronScheduler Cron { get; }

    public Func<CronJob, CancellationToken, Task<CronOutcome>> Run { get; set; } = (_, _) => Task.FromResult(new CronOutcome { Status = "ok" });

    public int Errors => Volatile.Read(ref _errors);

    public int ArmedTimers => _time.ArmedTimers;

    /// <summary>What the loop last armed its timer for.</summary>
    public TimeSpan Sleep => TimeSpan.FromTicks(Volatile.Read(ref _sleep));

    public override TimeZoneInfo LocalTimeZone => _time.LocalTimeZone;

    public override long TimestampFrequency => _time.TimestampFrequency;

    public static async Task<CronFixture> StartAsync()
    {
        CronFixture it = new();
        await it.Cron.StartAsync(CancellationToken.None);
        return it;
    }

    public static JsonElement Json(string text)
    {
        using JsonDocument document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    public Task<CronJob> AddAsync(string job = Hourly) => Cron.AddAsync(Json(job), CancellationToken.None);

    /// <summary>Has the disk refuse jobs from now on, or those that look so.</summary>
    public Task BreakAsync(string like = "%") => Database.WriteAsync(
        connection => connection.Script($"CREATE TRIGGER no_room BEFORE INSERT ON cron_jobs WHEN NEW.job LIKE '{like}' BEGIN SELECT RAISE(ABORT, 'no room'); END"),
        CancellationToken.None);

    public Task MendAsync() => Database.WriteAsync(connection => connection.Script("DROP TRIGGER no_room"), CancellationToken.None);

    /// <summary>Returns after a whole round of the loop: the second question is answered after the round of the first.</summary>
    public async Task ComesRoundAsync()
    {
        for (int i = 0; i < 2; i++)
        {
            await Guard.Within(Cron.RunAsync("", "due", CancellationToken.None).ContinueWith(static _ => { }, TaskScheduler.Default), "the loop");
        }
    }

    public async Task AdvanceAsync(int seconds)
    {
        await ComesRoundAsync();
        await _time.WaitForTimersAsync();
        _time.Advance(TimeSpan.FromSeconds(seconds));
        await ComesRoundAsync(); // a round that knows the new time
    }

    public async Task<CronEvent> UntilAsync(string action)
    {
        while (true)
        {
            CronEvent told = await Guard.Within(_events.Reader.ReadAsync().AsTask(), action);
            if (told.Action == action)
            {
                return told;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Cron.DisposeAsync();
        await Database.DisposeAsync();
        _dir.Dispose();
    }

    public override DateTimeOffset GetUtcNow() => _time.GetUtcNow();

    public override long GetTimestamp() => _time.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new Seen(this, _time.CreateTimer(callback, state, dueTime, period));

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (logLevel >= LogLevel.Error)
        {
            Interlocked.Increment(ref _errors);
        }
    }

    private sealed class Seen(CronFixture it, ITimer timer) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Volatile.Write(ref it._sleep, dueTime.Ticks);
            return timer.Change(dueTime, period);
        }

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
