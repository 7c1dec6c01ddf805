using OpenClaw.Edge.Care;
using OpenClaw.Edge.Storage;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Care;

/// <summary>What each scope of a reset takes, and what it must never take.</summary>
public sealed class ResetTests : IDisposable
{
    private readonly CareHome home = new();

    public ResetTests()
    {
        home.Root.Write("state/openclaw.json.last-good", "{}");
        home.Root.Write("state/gateway-token", "token");
        home.Root.Write("state/secrets/a.key", "key");
        home.Root.Write("state/agents/main/sessions/old.jsonl", "{}");
        home.Root.Write("state/workspace/notes.md", "notes");
        home.Root.Write("state/backups/keep.tar.gz", "backup");
    }

    public void Dispose() => home.Dispose();

    [Theory]
    [InlineData("config", "openclaw.json openclaw.json.last-good")]
    [InlineData("sessions", "agents/main/sessions state/openclaw-edge.sqlite")]
    [InlineData("config+creds+sessions", "agents/main/sessions gateway-token openclaw.json openclaw.json.last-good secrets state/openclaw-edge.sqlite")]
    [InlineData("full", "agents gateway-token openclaw.json openclaw.json.last-good secrets state workspace")]
    public void Each_scope_takes_its_own(string scope, string expected)
    {
        IReadOnlyList<string> plan = StateReset.Plan(home.Paths, home.Config, scope);

        Assert.Equal(expected.Split(' '), plan.Select(path => Path.GetRelativePath(home.Paths.StateDir, path)));
        StateReset.Run(home.Paths, plan, scope, home.Time);
        Assert.DoesNotContain(plan, Path.Exists);
        Assert.Equal("backup", home.Root.Read("state/backups/keep.tar.gz"));
        Assert.Equal(scope == "full", !File.Exists(home.Root.PathOf("state/workspace/notes.md")));
        Assert.Equal("reset", Assert.Single(CareJournal.Read(home.Paths)).GetProperty("action").GetString());
    }

    [Fact]
    public void A_workspace_that_is_a_home_or_holds_the_state_is_never_removed()
    {
        home.Root.Write("state/openclaw.json", "{ agents: { defaults: { workspace: 'WS' } } }".Replace("WS", home.Root.Root));

        CareException refused = Assert.Throws<CareException>(() => StateReset.Plan(home.Paths, home.Config, "full"));

        Assert.Contains("nothing was removed", refused.Message);
    }

    [Fact]
    public void A_link_is_removed_and_not_what_it_leads_to()
    {
        home.Root.Write("elsewhere/precious.txt", "precious");
        Directory.Delete(home.Root.PathOf("state/secrets"), recursive: true);
        Directory.CreateSymbolicLink(home.Root.PathOf("state/secrets"), home.Root.PathOf("elsewhere"));

        StateReset.Run(home.Paths, StateReset.Plan(home.Paths, home.Config, "config+creds+sessions"), "config+creds+sessions", home.Time);

        Assert.False(Path.Exists(home.Root.PathOf("state/secrets")));
        Assert.Equal("precious", home.Root.Read("elsewhere/precious.txt"));
    }

    [Fact]
    public void A_running_gateway_keeps_everything()
    {
        Assert.True(StateLock.TryAcquire(home.Paths.StateDir, home.Time, out StateLock? held, out _));
        using StateLock mine = held!;
        string[] before = home.Files();

        Assert.Equal(CareFailure.Busy, Assert.Throws<CareException>(() => StateReset.Run(home.Paths, StateReset.Plan(home.Paths, home.Config, "full"), "full", home.Time)).Failure);
        Assert.Equal(before, home.Files());
    }
}
