using Microsoft.Extensions.Logging.Abstractions;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Automation;
using OpenClaw.Edge.Core.Tests.Agents;
using OpenClaw.Edge.TestKit;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Automation;

/// <summary>What a job is told that comes at a bad time.</summary>
public sealed class CronRunnerTests : IAsyncDisposable
{
    private const string Turn = """{"name":"t","schedule":{"kind":"every","everyMs":3600000},"sessionTarget":"isolated","payload":{"kind":"agentTurn","message":"go"}}""";
    private const string Note = """{"name":"n","schedule":{"kind":"every","everyMs":3600000},"payload":{"kind":"systemEvent","text":"tea"}}""";

    private readonly AgentFixture _it = new();
    private readonly Heartbeat _heartbeat;
    private readonly CronRunner _runner;

    public CronRunnerTests()
    {
        _heartbeat = new Heartbeat(_it.Runs, _it.Sessions, new SystemEvents(_it.Time), () => _it.Config, () => _it.Agents, _it.Time, NullLogger.Instance);
        _runner = new CronRunner(_it.Runs, _heartbeat, () => _it.Agents, _it.Time);
        _heartbeat.Start();
    }

    public async ValueTask DisposeAsync()
    {
        await _heartbeat.DisposeAsync();
        await _it.DisposeAsync();
    }

    [Theory]
    [InlineData(Turn)]
    [InlineData(Note)]
    public async Task A_machine_that_goes_to_sleep_puts_it_off_and_a_gateway_that_stops_cuts_it(string job)
    {
        _it.IsLeaving = true;
        CronOutcome asleep = await RunAsync(job);
        await _it.Runs.DrainAsync(TimeSpan.Zero);
        CronOutcome stopped = await RunAsync(job);

        Assert.Equal((true, false), (asleep.IsPutOff, asleep.IsInterrupted));
        Assert.Equal((false, true), (stopped.IsPutOff, stopped.IsInterrupted));
    }

    private Task<CronOutcome> RunAsync(string job) => Guard.Within(
        _runner.RunAsync(CronJobReader.Add(CronFixture.Json(job), _it.Time.GetUtcNow().ToUnixTimeMilliseconds()), CancellationToken.None), "the run");
}
