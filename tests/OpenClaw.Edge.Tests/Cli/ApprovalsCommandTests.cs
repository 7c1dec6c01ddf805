using System.Text.Json;
using Xunit;

namespace OpenClaw.Edge.Tests.Cli;

public sealed class ApprovalsCommandTests
{
    private const string Waiting =
        """[{"id":"a1","request":{"command":"git pull","cwd":"/w","host":"node","nodeId":"n1","envKeys":["GIT_SSH","A"],"allowedDecisions":["allow-once","deny"]}}]""";

    [Fact]
    public async Task A_command_that_waits_is_shown_with_where_it_runs_and_what_it_is_given()
    {
        await using ScriptedGateway gateway = new();
        gateway.Answers("exec.approval.list", Waiting);
        using CliRun run = new(gateway);

        Assert.Equal(0, await run.InvokeAsync("approvals", "list", "--no-color"));

        Assert.Contains("git pull\n", run.Out.ToString(), StringComparison.Ordinal);
        Assert.Contains("on node n1 in /w with GIT_SSH A", run.Out.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_only_one_is_named_when_it_is_allowed_without_its_id()
    {
        await using ScriptedGateway gateway = new();
        gateway.Answers("exec.approval.list", Waiting).Answers("exec.approval.resolve", """{"ok":true}""");
        using CliRun run = new(gateway);

        Assert.Equal(0, await run.InvokeAsync("approvals", "allow", "--no-color"));

        Assert.Contains("git pull (on node n1 in /w with GIT_SSH A)", run.Error.ToString(), StringComparison.Ordinal);
        JsonElement answer = gateway.Calls("exec.approval.resolve").Single().GetProperty("params");
        Assert.Equal(("a1", "allow-once"), (answer.GetProperty("id").GetString(), answer.GetProperty("decision").GetString()));
    }
}
