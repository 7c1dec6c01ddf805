using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Tools;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Configuration;

/// <summary><c>tools.exec</c> of an agent: what it does not say is that of all.</summary>
public sealed class Commands_of_agents
{
    private const string All = "enabled:true,host:'node',approvalTimeoutSeconds:5,timeoutSeconds:7,backgroundMs:9,cleanupMs:60001,pathPrepend:['/opt/x']";

    [Fact]
    public void An_agent_with_tools_of_its_own_keeps_the_rules_of_all()
    {
        ExecConfig exec = Of("{mode:'deny'," + All + "}", "{allow:['exec']}");
        ExecConfig more = Of("{mode:'deny'," + All + "}", "{exec:{timeoutSeconds:8}}");

        Assert.Equal(("deny", "node", 5, 7, 9, 60_001), (exec.Mode, exec.Host, exec.ApprovalTimeoutSeconds, exec.TimeoutSeconds, exec.BackgroundMs, exec.CleanupMs));
        Assert.Equal(["/opt/x"], exec.PathPrepend);
        Assert.Equal(("deny", 8), (more.Mode, more.TimeoutSeconds));
        Assert.False(Of("{enabled:false}", "{exec:{ask:'off'}}").Enabled);
    }

    [Theory]
    [InlineData("{mode:'full'}", "{mode:'deny'}", "deny off")]
    [InlineData("{mode:'full'}", "{ask:'always'}", "allowlist always")]
    [InlineData("{mode:'full'}", "{security:'deny'}", "deny on-miss")]
    [InlineData("{mode:'full'}", "{host:'gateway'}", "full off")]
    [InlineData("{security:'full',ask:'off'}", "{ask:'always'}", "full always")]
    [InlineData("{}", "{}", "allowlist on-miss")]
    public void What_an_agent_says_counts_before(string all, string own, string expected)
    {
        ExecPolicy policy = ExecPolicy.Of(Of(all, $"{{exec:{own}}}"));

        Assert.Equal(expected, $"{policy.Security} {policy.Ask}");
    }

    private static ExecConfig Of(string all, string own) =>
        Loaded.Text($"{{tools:{{exec:{all}}},agents:{{list:[{{id:'a',tools:{own}}}]}}}}").Config.Agents.List.Single().Tools!.Exec;
}
