using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Hosting;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.TestKit;
using Xunit;

namespace OpenClaw.Edge.Tests.Hosting;

public sealed class QuietTrimTests : IDisposable
{
    private readonly ManualTimeProvider time = new();
    private readonly RunEventHub events = new();
    private readonly QuietTrim trim;
    private bool busy;
    private int trimmed;

    public QuietTrimTests() => trim = new QuietTrim(events, () => busy, () => trimmed++, time);

    public void Dispose() => trim.Dispose();

    [Fact]
    public void Memory_is_given_back_once_after_people_have_gone()
    {
        TurnEnds();
        time.Advance(TimeSpan.FromSeconds(30));
        TurnEnds();
        time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(0, trimmed);

        time.Advance(TimeSpan.FromSeconds(15));
        Assert.Equal(1, trimmed);
        time.Advance(TimeSpan.FromHours(5));
        Assert.Equal(1, trimmed);
    }

    [Fact]
    public void A_turn_that_runs_is_not_disturbed_and_its_end_counts()
    {
        TurnEnds();
        busy = true;
        time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(0, trimmed);

        busy = false;
        TurnEnds();
        time.Advance(TimeSpan.FromSeconds(45));
        Assert.Equal(1, trimmed);
    }

    [Fact]
    public void What_the_start_left_is_given_back_without_any_turn()
    {
        time.Advance(TimeSpan.FromMinutes(3));
        Assert.Equal(1, trimmed);
    }

    [Fact]
    public void After_the_end_nothing_is_done()
    {
        trim.Dispose();
        TurnEnds();
        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(0, trimmed);
    }

    private void TurnEnds()
    {
        Run run = new(new RunRequest { RunId = "r", SessionKey = SessionKey.Main("main"), Message = "", Source = "chat" }, 0);
        events.Publish(new RunEndedEvent(run, 1, 0, new RunResult { Status = RunStatus.Done, StopReason = "stop", EndedAtMs = 0 }));
    }
}
