using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Core.Tests.Configuration;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Agents;

public sealed class AgentRoutesTests
{
    // In the file the broad rules stand first: what says more wins all the same.
    private const string All =
        """
        { agentId: 'channel', match: { channel: 'discord', accountId: '*' } },
        { agentId: 'account', match: { channel: 'discord' } },
        { agentId: 'ops', match: { channel: 'discord', accountId: 'ops' } },
        { agentId: 'team', match: { channel: 'discord', teamId: 't' } },
        { agentId: 'guild', match: { channel: 'discord', guildId: 'g' } },
        { agentId: 'roles', match: { channel: 'discord', guildId: 'g', roles: ['r1', 'r2'] } },
        { agentId: 'anybody', match: { channel: 'discord', peer: { kind: 'direct', id: '*' } } },
        { agentId: 'peer', match: { channel: 'discord', peer: { kind: 'dm', id: 'ann' } } },
        { agentId: 'thread', match: { channel: 'discord', peer: { kind: 'channel', id: 'c1' } } },
        { agentId: 'later', match: { channel: 'discord', peer: { kind: 'direct', id: 'ann' } } },
        """;

    public static TheoryData<RouteQuery, string> Queries => new()
    {
        { new RouteQuery("discord"), "account" },
        { new RouteQuery("Discord") { AccountId = "OPS" }, "ops" },
        { new RouteQuery("discord") { AccountId = "other" }, "channel" },
        { new RouteQuery("discord") { TeamId = "t" }, "team" },
        { new RouteQuery("discord") { TeamId = "t", GuildId = "g" }, "guild" },
        { new RouteQuery("discord") { GuildId = "g", Roles = ["r2"] }, "roles" },
        { new RouteQuery("discord") { GuildId = "g", Roles = ["r9"] }, "guild" },
        { new RouteQuery("discord") { PeerId = "bob", GuildId = "g" }, "anybody" },
        { new RouteQuery("discord") { PeerId = "ann", GuildId = "g" }, "peer" },
        { new RouteQuery("discord") { PeerKind = "channel", PeerId = "c1" }, "thread" },
        { new RouteQuery("discord") { PeerKind = "channel", PeerId = "t9", ParentPeerId = "c1" }, "thread" },
        { new RouteQuery("discord") { PeerKind = "group", PeerId = "x" }, "account" },
        { new RouteQuery("discord") { PeerId = "ann", AccountId = "ops" }, "ops" }, // the rule for ann is of the default account
        { new RouteQuery("telegram"), "main" },
    };

    [Theory]
    [MemberData(nameof(Queries))]
    public void What_says_more_wins(RouteQuery query, string agent) => Assert.Equal(agent, Catalog(All).For(query).Default.Id);

    [Fact]
    public void A_place_sees_the_same_agents_with_another_default()
    {
        AgentCatalog all = Catalog(All);
        AgentCatalog view = all.For(new RouteQuery("discord"));
        Assert.Same(all.All, view.All);
        Assert.True(view.TryGet("main", out AgentEntry? main));
        Assert.True(main.IsDefault);
        Assert.Equal("main", all.Default.Id);
        Assert.Same(all, all.For(new RouteQuery("nowhere")));
    }

    [Theory]
    [InlineData("{ agentId: 'ghost', match: { channel: 'webchat' } }", "bindings[0]", "There is no agent \"ghost\"")]
    [InlineData("{ agentId: 'peer' }", "bindings[0]", "no match.channel")]
    [InlineData("{ type: 'acp', agentId: 'peer', match: { channel: 'webchat' } }", "bindings[0]", "ACP")]
    [InlineData("{ agentId: 'peer', match: { channel: 'webchat', peer: { kind: 'crowd', id: 'x' } } }", "bindings[0].match.peer.kind", "crowd")]
    [InlineData("{ agentId: 'peer', match: { chanel: 'webchat' } }", "bindings[0].match.chanel", "channel")]
    public void A_rule_that_cannot_hold_is_named_and_left_out(string binding, string path, string told)
    {
        ConfigSnapshot snapshot = Load(binding);
        ConfigProblem problem = Assert.Single(snapshot.Complaints(), found => found.Path == path);
        Assert.Contains(told, $"{problem.Message} {problem.Fix}", StringComparison.Ordinal);
        Assert.True(snapshot.Valid);
        Assert.True(snapshot.Config.Bindings.Count == 0 || path.EndsWith("kind", StringComparison.Ordinal));
    }

    private static AgentCatalog Catalog(string bindings) =>
        AgentCatalog.Create(Load(bindings).Config, StatePaths.Resolve(Loaded.Environment()));

    private static ConfigSnapshot Load(string bindings)
    {
        string[] agents = ["main", "channel", "account", "ops", "team", "guild", "roles", "anybody", "peer", "thread", "later"];
        return Loaded.Text($"{{ agents: {{ list: [{string.Join(", ", agents.Select(id => $"{{ id: '{id}' }}"))}] }}, bindings: [{bindings}] }}");
    }
}
