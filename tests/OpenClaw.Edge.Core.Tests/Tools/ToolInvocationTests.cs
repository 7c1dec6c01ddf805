using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.Tools;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Tools;

public sealed class ToolInvocationTests : IDisposable
{
    private static readonly ToolPolicy s_all = new(null, null, null, null);
    private readonly TempDir _dir = new();
    private readonly ToolInvocation _tools = new(new ToolRegistry(BuiltInTools.All));

    public void Dispose() => _dir.Dispose();

    [Fact]
    public async Task A_client_call_runs_the_tool_in_the_agents_workspace()
    {
        ToolInvocationResult written = await CallAsync("write", """{"path":"a.txt","content":"hello"}""");
        ToolInvocationResult read = await CallAsync("read", """{"path":"a.txt"}""");

        Assert.Equal((ToolInvocationStatus.Done, "write"), (written.Status, written.ToolName));
        Assert.Equal("hello", read.Result.Text);
    }

    [Fact]
    public async Task What_a_policy_hides_reads_like_what_is_not_there()
    {
        ToolInvocationResult unknown = await CallAsync("nope", "{}");
        ToolInvocationResult byAgent = await CallAsync("read", """{"path":"a"}""", agent: new ToolPolicy(null, null, null, ["read"]));
        ToolInvocationResult byGateway = await CallAsync(
            "read", """{"path":"a"}""", gateway: ToolInvocation.GatewayPolicy(new ToolListConfig { Deny = ["group:fs"] }));

        Assert.Equal("Tool not available: nope", unknown.Result.Text);
        Assert.Equal("Tool not available: read", byAgent.Result.Text);
        Assert.All([unknown, byAgent, byGateway], answer => Assert.Equal(ToolInvocationStatus.NotAvailable, answer.Status));
    }

    [Fact]
    public async Task Bad_arguments_and_failures_are_told_apart()
    {
        ToolInvocationResult bad = await CallAsync("read", "[1]");
        ToolInvocationResult failed = await CallAsync("read", """{"path":"not-there.txt"}""");
        ToolInvocationResult outside = await CallAsync("read", """{"path":"../../etc/passwd"}""");

        Assert.Equal(ToolInvocationStatus.BadArguments, bad.Status);
        Assert.Equal(ToolInvocationStatus.Failed, failed.Status);
        Assert.Equal(ToolInvocationStatus.Failed, outside.Status);
    }

    [Fact]
    public async Task A_dry_run_changes_nothing()
    {
        ToolInvocationResult answer = await CallAsync("write", """{"path":"a.txt","content":"x"}""", dryRun: true);

        Assert.Equal(ToolInvocationStatus.Done, answer.Status);
        Assert.False(File.Exists(Path.Combine(_dir.Root, "a.txt")));
    }

    [Fact]
    public void Dangerous_tools_are_closed_to_clients_until_the_configuration_opens_them()
    {
        ToolPolicy shut = ToolInvocation.GatewayPolicy(new ToolListConfig());
        ToolPolicy open = ToolInvocation.GatewayPolicy(new ToolListConfig { Allow = ["exec", "cron"], Deny = ["cron"] });

        Assert.Equal((false, false, true), (shut.Allows("exec"), shut.Allows("cron"), shut.Allows("read")));
        Assert.Equal((true, false, true), (open.Allows("exec"), open.Allows("cron"), open.Allows("read")));
    }

    private ValueTask<ToolInvocationResult> CallAsync(
        string name, string arguments, ToolPolicy? agent = null, ToolPolicy? gateway = null, bool dryRun = false) =>
        _tools.InvokeAsync(
            name,
            arguments,
            agent ?? s_all,
            gateway ?? ToolInvocation.GatewayPolicy(new ToolListConfig()),
            new ToolCallContext { SessionKey = SessionKey.Main("main"), Workspace = _dir.Root },
            dryRun,
            TestContext.Current.CancellationToken);
}
