using OpenClaw.Edge.Configuration;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Configuration;

public sealed class SessionConfigTests
{
    [Fact]
    public void What_ends_a_conversation_is_read_with_its_exceptions()
    {
        ConfigSnapshot loaded = Loaded.Text("""
            { session: {
                idleMinutes: 90,
                resetByType: { dm: { mode: "idle", idleMinutes: 240 }, thread: { atHour: "6" } },
                resetByChannel: { discord: { mode: "none" } },
                resetTriggers: ["/fresh"],
            } }
            """);

        Assert.All(loaded.Problems, problem => Assert.Equal(ProblemSeverity.Info, problem.Severity));
        SessionConfig session = loaded.Config.Session;
        Assert.Equal(("idle", 90), (session.Reset!.Mode, session.Reset.IdleMinutes));
        Assert.Equal(("idle", 240), (session.ResetByType["direct"].Mode, session.ResetByType["direct"].IdleMinutes));
        Assert.Equal((null, 6), (session.ResetByType["thread"].Mode, session.ResetByType["thread"].AtHour));
        Assert.Equal("none", session.ResetByChannel["Discord"].Mode);
        Assert.Equal(["/fresh"], session.ResetTriggers);
    }

    [Fact]
    public void Nothing_ends_a_conversation_that_nobody_told_to_end() => Assert.Null(Loaded.Text("{}").Config.Session.Reset);

    [Theory]
    [InlineData("pruneAfter: 14", 14 * 24)]
    [InlineData("pruneAfter: '12h'", 12)]
    [InlineData("pruneDays: 3", 72)]
    [InlineData("pruneAfter: false", null)]
    [InlineData("pruneAfter: 0", null)]
    [InlineData("maxEntries: 5", 720)]
    public void Ages_are_days_or_have_a_unit(string text, int? hours)
    {
        ConfigSnapshot loaded = Loaded.Text($"{{ session: {{ maintenance: {{ {text} }} }} }}");

        Assert.DoesNotContain(loaded.Problems, problem => problem.Severity > ProblemSeverity.Info);
        Assert.Equal(hours, loaded.Config.Session.Maintenance.PruneAfter?.TotalHours);
    }

    [Fact]
    public void Sizes_have_a_unit_or_are_bytes()
    {
        SessionMaintenanceConfig read = Loaded.Text(
            "{ session: { maintenance: { mode: 'warn', maxDiskBytes: '500mb', highWaterBytes: 1000 } }, cron: { sessionRetention: '7d' } }").Config.Session.Maintenance;

        Assert.Equal((true, 500L << 20, 1000L), (read.WarnOnly, read.MaxDiskBytes, read.HighWaterBytes));
        Assert.Null(Loaded.Text("{ session: { maintenance: { maxDiskBytes: false } } }").Config.Session.Maintenance.MaxDiskBytes);
        Assert.Equal(10L << 30, Loaded.Text("{}").Config.Session.Maintenance.MaxDiskBytes);
        Assert.Null(Loaded.Text("{ cron: { sessionRetention: false } }").Config.Cron.SessionRetention);
        Assert.Equal(24, Loaded.Text("{}").Config.Cron.SessionRetention!.Value.TotalHours);
    }

    [Theory]
    [InlineData("session: { maintenance: { pruneAfter: 'soon' } }", "session.maintenance.pruneAfter")]
    [InlineData("session: { maintenance: { archiveDashboardAfter: [] } }", "session.maintenance.archiveDashboardAfter")]
    [InlineData("session: { maintenance: { maxDiskBytes: 'much' } }", "session.maintenance.maxDiskBytes")]
    [InlineData("session: { maintenance: { maxEntries: 0 } }", "session.maintenance.maxEntries")]
    [InlineData("session: { reset: { atHour: 24 } }", "session.reset.atHour")]
    [InlineData("cron: { sessionRetention: 'x' }", "cron.sessionRetention")]
    public void Other_values_are_named_and_the_default_stands_in(string text, string path)
    {
        ConfigSnapshot loaded = Loaded.Text($"{{ {text} }}");

        ConfigProblem problem = Assert.Single(loaded.Problems);
        Assert.Equal((path, ProblemSeverity.Error), (problem.Path, problem.Severity));
        Assert.Equal((30.0, 5000), (loaded.Config.Session.Maintenance.PruneAfter!.Value.TotalDays, loaded.Config.Session.Maintenance.MaxEntries));
    }
}
