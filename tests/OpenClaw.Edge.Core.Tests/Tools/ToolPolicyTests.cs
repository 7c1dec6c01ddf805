using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Tools;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Tools;

public sealed class ToolPolicyTests
{
    private static readonly string[] Names = ["edit", "ls", "read", "write", "exec", "message"];

    [Theory]
    [InlineData(null, "", "", "", "edit ls read write exec message")]
    [InlineData("full", "", "", "exec", "edit ls read write message")]
    [InlineData("minimal", "", "", "", "")]
    [InlineData("minimal", "", "read", "", "read")]
    [InlineData("coding", "", "", "group:runtime", "edit ls read write")]
    [InlineData("messaging", "", "group:fs", "WRITE", "edit ls read message")]
    [InlineData("full", "read ls", "", "", "ls read")]
    [InlineData("full", "read", "ex*", "", "read exec")]
    [InlineData("full", "read", "", "read", "")]
    [InlineData("full", "", "", "*", "")]
    [InlineData("codding", "", "", "", "")]
    public void Allows(string? profile, string allow, string also, string deny, string allowed)
    {
        ToolPolicy policy = new(profile, Split(allow), Split(also), Split(deny));

        Assert.Equal(Split(allowed), Names.Where(policy.Allows));
    }

    [Theory]
    [InlineData("bash", "exec")]
    [InlineData("group:web", "web_fetch web_search")]
    [InlineData("group:plugins", "docs__find")]
    [InlineData("bundle-mcp", "docs__find")]
    [InlineData("*_search", "memory_search web_search")]
    [InlineData("GROUP:Memory", "memory_search")]
    [InlineData("write", "apply_patch write")]
    [InlineData("group:openclaw", "memory_search session_status web_fetch web_search")]
    public void Names_stand_for_others(string allow, string allowed)
    {
        ToolPolicy policy = new(null, [allow], null, null);

        string[] all = ["apply_patch", "docs__find", "exec", "memory_search", "read", "session_status", "web_fetch", "web_search", "write"];
        Assert.Equal(Split(allowed), all.Where(policy.Allows));
    }

    [Theory]
    [InlineData(null, "edit ls read write exec message")]
    [InlineData("cloud", "read message")]
    [InlineData("cloud/large", "ls read")]
    [InlineData("CLOUD/Large", "ls read")]
    [InlineData("cloud/small", "read message")]
    [InlineData("local/any", "edit ls read write exec message")]
    public void A_models_rules_are_those_of_its_name_or_else_of_its_provider(string? modelRef, string allowed)
    {
        ToolsConfig tools = new()
        {
            ByProvider = new Dictionary<string, ToolRulesConfig>(StringComparer.OrdinalIgnoreCase)
            {
                ["cloud"] = new() { Profile = "messaging", AlsoAllow = ["read"] },
                ["cloud/large"] = new() { Allow = ["read", "ls", "exec"], Deny = ["exec"] },
            },
        };

        Assert.Equal(Split(allowed), Names.Where(ToolPolicy.Of(tools, null, modelRef).Allows));
    }

    [Fact]
    public void An_agent_cannot_take_back_what_the_root_took_away()
    {
        ToolsConfig all = new() { Deny = ["exec"], Allow = ["group:fs", "exec"], Exec = new ExecConfig { ApplyPatchEnabled = false } };
        ToolsConfig agent = new() { Profile = "full", Allow = ["*"], AlsoAllow = ["exec", "message", "apply_patch"] };
        ToolPolicy policy = ToolPolicy.Of(all, agent, "any/model");

        Assert.Equal(["edit", "ls", "read", "write"], Names.Append("apply_patch").Where(policy.Allows));
        Assert.Equal(["tools.allow", "agents.list[].tools.allow"], policy.AllowLists);
    }

    [Fact]
    public void An_agents_profile_takes_the_place_of_the_roots()
    {
        ToolsConfig all = new() { Profile = "minimal" };

        Assert.DoesNotContain(Names, ToolPolicy.Of(all, null, null).Allows);
        Assert.Equal(["message"], Names.Where(ToolPolicy.Of(all, new ToolsConfig { Profile = "messaging" }, null).Allows));
    }

    private static string[] Split(string names) => names.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
