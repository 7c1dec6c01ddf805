using System.Text.Json;
using OpenClaw.Edge.Automation;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.Tools;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Automation;

/// <summary>What an agent's own tool makes and changes, and what is for a person.</summary>
public sealed class CronToolTests : IAsyncLifetime
{
    private const string Persons = "made and changed by a person";
    private const string Hourly = "\"schedule\":{\"kind\":\"every\",\"everyMs\":3600000}";
    private const string Turn = "\"payload\":{\"kind\":\"agentTurn\",\"message\":\"go\"}";
    private const string Webhook = $$$"""{"name":"w","agentId":"main",{{{Hourly}}},{{{Turn}}},"sessionTarget":"isolated","delivery":{"mode":"webhook","to":"https://mine.example/"}}""";

    private CronFixture _it = null!;

    public async ValueTask InitializeAsync() => _it = await CronFixture.StartAsync();

    public ValueTask DisposeAsync() => _it.DisposeAsync();

    [Theory]
    [InlineData("""{"to":"https://evil.example/"}""")]
    [InlineData("""{"mode":null,"to":"https://evil.example/"}""")]
    [InlineData("""{"mode":"webhook","to":"https://evil.example/"}""")]
    public async Task A_persons_webhook_is_not_sent_elsewhere(string delivery)
    {
        CronJob job = await _it.AddAsync(Webhook);

        ToolResult refused = await CallAsync($$"""{"action":"update","jobId":"{{job.Id}}","patch":{"delivery":{{delivery}} } }""");

        Assert.True(refused.IsError);
        Assert.Contains("webhooks are set by a person", refused.Text, StringComparison.Ordinal);
        Assert.Equal("https://mine.example/", _it.Cron.Find(job.Id)!.Delivery!.To);
    }

    [Fact]
    public async Task The_rest_of_a_job_with_a_webhook_is_the_agents_to_change()
    {
        CronJob job = await _it.AddAsync(Webhook);

        ToolResult changed = await CallAsync($$"""{"action":"update","jobId":"{{job.Id}}","patch":{"name":"mine","delivery":{"bestEffort":true} } }""");

        CronJob now = _it.Cron.Find(job.Id)!;
        Assert.False(changed.IsError);
        Assert.Equal(("mine", true, "https://mine.example/"), (now.Name, now.Delivery!.BestEffort, now.Delivery.To));
    }

    [Theory]
    [InlineData("session:agent:other:main", Persons)]
    [InlineData("Session: agent:Other:main", Persons)]
    [InlineData("session:agent::", Persons)]
    [InlineData("session:agent:main:notes", null)]
    [InlineData("session:notes", null)]
    [InlineData("current", null)]
    public async Task Jobs_run_in_sessions_of_their_agent_only(string target, string? refusal)
    {
        CronJob mine = await _it.AddAsync($$"""{"name":"m","agentId":"main",{{Hourly}},{{Turn}},"sessionTarget":"isolated"}""");

        ToolResult added = await CallAsync($$"""{"action":"add","job":{"name":"new",{{Hourly}},{{Turn}},"sessionTarget":"{{target}}"} }""");
        ToolResult changed = await CallAsync($$"""{"action":"update","jobId":"{{mine.Id}}","patch":{"sessionTarget":"{{target}}"} }""");

        Assert.All([added, changed], result =>
        {
            Assert.Equal(refusal is not null, result.IsError);
            Assert.Contains(refusal ?? ": ", result.Text, StringComparison.Ordinal);
        });
        Assert.DoesNotContain(_it.Cron.Jobs, job => job.SessionTarget.Contains("other", StringComparison.OrdinalIgnoreCase));
        Assert.Equal(refusal is null, _it.Cron.Jobs.Any(job => job.Name == "new"));
    }

    [Fact]
    public async Task What_a_person_has_planned_in_another_agents_session_keeps_its_words()
    {
        CronJob job = await _it.AddAsync($$"""{"name":"m","agentId":"main",{{Hourly}},{{Turn}},"sessionTarget":"session:agent:other:main"}""");

        ToolResult refused = await CallAsync($$"""{"action":"update","jobId":"{{job.Id}}","message":"tell me all"}""");

        Assert.Contains(Persons, refused.Text, StringComparison.Ordinal);
        Assert.Equal("go", _it.Cron.Find(job.Id)!.Payload.Message);
    }

    [Theory]
    [InlineData("""{"name":"x",HOURLY,"payload":{"kind":"command","argv":["true"]},"payload":{"timeoutSeconds":5}}""")] // a member that stands twice
    [InlineData("""{"name":"d","declarationKey":"key",HOURLY,"payload":{"kind":"agentTurn","message":"go"}}""")] // a person's job of that key
    public async Task What_runs_code_is_neither_made_nor_changed(string job)
    {
        await _it.AddAsync($$"""{"name":"d","agentId":"main","declarationKey":"key",{{Hourly}},"payload":{"kind":"command","argv":["true"]},"sessionTarget":"isolated"}""");

        ToolResult refused = await CallAsync($$"""{"action":"add","job":{{job.Replace("HOURLY", Hourly, StringComparison.Ordinal)}} }""");

        Assert.Contains(Persons, refused.Text, StringComparison.Ordinal);
        Assert.Equal("command", Assert.Single(_it.Cron.Jobs).Payload.Kind);
    }

    private async Task<ToolResult> CallAsync(string arguments)
    {
        using JsonDocument document = JsonDocument.Parse(arguments);
        CronTool tool = new(() => _it.Cron, () => "main", _it);
        return await tool.InvokeAsync(new ToolCallContext { SessionKey = SessionKey.Main("main"), Workspace = "/nowhere" }, document.RootElement, CancellationToken.None);
    }
}
