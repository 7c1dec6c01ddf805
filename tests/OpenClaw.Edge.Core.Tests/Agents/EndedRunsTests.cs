using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.TestKit;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Agents;

public sealed class EndedRunsTests
{
    private readonly ManualTimeProvider time = new();

    [Fact]
    public void A_run_is_known_for_five_minutes()
    {
        EndedRuns ended = new(time);
        ended.Add(RunOf("one"));
        time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal("one", ended.Find("one")?.Id);

        time.Advance(1);

        Assert.Null(ended.Find("one"));
    }

    [Fact]
    public void The_last_thousand_are_known()
    {
        EndedRuns ended = new(time);
        for (int i = 0; i <= 1000; i++)
        {
            ended.Add(RunOf($"{i}"));
        }

        Assert.Null(ended.Find("0"));
        Assert.NotNull(ended.Find("1"));
        Assert.NotNull(ended.Find("1000"));
    }

    private static Run RunOf(string id) => new(
        new RunRequest { RunId = id, SessionKey = SessionKey.Main("main"), Message = "x", Source = "chat" }, acceptedAtMs: 1);
}
