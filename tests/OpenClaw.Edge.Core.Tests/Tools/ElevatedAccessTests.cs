using System.Collections.ObjectModel;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Security;
using OpenClaw.Edge.Tools;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Tools;

public sealed class ElevatedAccessTests
{
    private static readonly MessageSender s_ada = new("webchat", "ada@example.org", "Ada's phone");

    [Fact]
    public void Nobody_may_before_somebody_is_named()
    {
        ElevatedAccess access = ElevatedAccess.Of(new EdgeConfig(), "main", s_ada, "full");
        Assert.Equal((false, false), (access.Allowed, access.On));
        Assert.Contains("tools.elevated.allowFrom.webchat does not name ada@example.org", access.Why);
    }

    [Fact]
    public void Who_is_no_person_never_may() => Assert.False(ElevatedAccess.Of(Config(All("*")), "main", null, "full").Allowed);

    [Theory]
    [InlineData("*", true)]
    [InlineData("ADA@example.org", true)]
    [InlineData("id:ada@example.org", true)]
    [InlineData("from: ada@example.org", true)]
    [InlineData("name:ada's phone", true)]
    [InlineData("username:Ada's phone", true)]
    [InlineData("Ada's phone", false)] // a name can be chosen by anybody, so it must be asked for
    [InlineData("eve@example.org", false)]
    [InlineData("id:*", false)]
    [InlineData("", false)]
    public void An_entry_names_an_id_or_a_name_that_was_asked_for(string entry, bool may) =>
        Assert.Equal(may, ElevatedAccess.Of(Config(All(entry)), "main", s_ada, null).Allowed);

    [Fact]
    public void The_lists_of_other_channels_do_not_count() =>
        Assert.False(ElevatedAccess.Of(Config(All("*")), "main", s_ada with { Channel = "telegram" }, null).Allowed);

    [Theory]
    [InlineData("off", "on", false)]
    [InlineData("on", "off", true)]
    [InlineData("ask", "off", true)]
    [InlineData("full", "off", true)]
    [InlineData(null, "off", false)]
    [InlineData(null, "on", true)]
    public void The_level_says_whether_commands_leave_unasked(string? level, string configured, bool on)
    {
        EdgeConfig config = Config(All("*"));
        config = config with { Agents = config.Agents with { Defaults = config.Agents.Defaults with { ElevatedDefault = configured } } };
        Assert.Equal((true, on), (ElevatedAccess.Of(config, "main", s_ada, level).Allowed, ElevatedAccess.Of(config, "main", s_ada, level).On));
    }

    [Fact]
    public void An_agent_can_only_narrow_what_holds_for_all()
    {
        Assert.Contains("tools.elevated.enabled is false", Why(All("*") with { Enabled = false }, All("*")));
        Assert.Contains("agents.list[].tools.elevated.enabled is false", Why(All("*"), new ElevatedConfig { Enabled = false }));
        Assert.Contains("agents.list[].tools.elevated.allowFrom", Why(All("*"), All("eve@example.org")));
        Assert.Contains("tools.elevated.allowFrom", Why(new ElevatedConfig(), All("*")));
        Assert.Equal("", Why(All("*"), new ElevatedConfig()));
        Assert.Equal("", Why(All("*"), All("ada@example.org")));
    }

    private static string Why(ElevatedConfig all, ElevatedConfig own)
    {
        EdgeConfig config = Config(all);
        AgentConfig agent = new() { Id = "main", Tools = new ToolsConfig { Elevated = own } };
        return ElevatedAccess.Of(config with { Agents = config.Agents with { List = [agent] } }, "main", s_ada, null).Why;
    }

    private static ElevatedConfig All(string entry) => new()
    {
        AllowFrom = new ReadOnlyDictionary<string, IReadOnlyList<string>>(new Dictionary<string, IReadOnlyList<string>> { ["webchat"] = [entry] }),
    };

    private static EdgeConfig Config(ElevatedConfig elevated) => new() { Tools = new ToolsConfig { Elevated = elevated } };
}
