using System.Text.Json;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using Xunit;

namespace OpenClaw.Edge.Tests.Functional;

/// <summary>Several agents with models, workspaces and tools of their own, and the rules that choose among them.</summary>
public sealed class Routes_by_bindings : IAsyncLifetime
{
    private readonly ScriptedModelServer model = ScriptedModelServer.Start();
    private GatewayHome home = null!;
    private RunningGateway gateway = null!;

    public async ValueTask InitializeAsync()
    {
        home = new GatewayHome(model.BaseUri);
        Configure("");
        gateway = await RunningGateway.StartAsync(home);
    }

    public async ValueTask DisposeAsync()
    {
        await gateway.DisposeAsync();
        home.Dispose();
        await model.DisposeAsync();
    }

    [Fact]
    public async Task Each_agent_has_its_own_workspace_model_and_tools()
    {
        await using GatewayTestClient client = await gateway.ConnectAsync();
        model.Enqueue(ModelAnswer.Call("write", """{"path":"who.txt","content":"main"}"""), ModelAnswer.Say("Done."));
        await client.ChatAsync("main", "write");
        ScriptedRequest first = model.ChatRequests[0];
        model.Enqueue(ModelAnswer.Call("write", """{"path":"who.txt","content":"work"}"""), ModelAnswer.Say("Sorry."));
        await client.ChatAsync("agent:work:main", "write");
        ScriptedRequest[] work = [.. model.ChatRequests.TakeLast(2)];

        Assert.Equal("scripted:8b", first.Json.GetProperty("model").GetString());
        Assert.Equal("small:3b", work[0].Json.GetProperty("model").GetString());
        Assert.Contains("write", ToolNames(first));
        Assert.Equal(["ls", "read"], ToolNames(work[0]));
        Assert.Contains("there is no tool 'write'", work[1].BodyText);
        Assert.Equal("main", await File.ReadAllTextAsync(Path.Combine(home.Workspace, "who.txt"), TestContext.Current.CancellationToken));
        Assert.False(File.Exists(Path.Combine(home.StateDir, "workspace-work", "who.txt")));
        Assert.Contains($"Workspace: {home.StateDir}/workspace-work", work[0].BodyText);
    }

    [Fact]
    public async Task Who_names_no_agent_talks_to_the_one_that_the_rules_choose()
    {
        await using GatewayTestClient before = await gateway.ConnectAsync();
        Configure(
            """
            bindings: [
              { agentId: 'work', match: { channel: 'backend' } }, // the test kit's clients say that they are of this kind
              { agentId: 'desk', match: { channel: 'http' } },
              { agentId: 'work', match: { channel: 'http', peer: { kind: 'direct', id: 'ann' } } },
              { agentId: 'work', match: { channel: 'slack', accountId: 'a1' } },
            ],
            """);
        await gateway.ReloadAsync();
        await before.NextEventAsync(e => e.GetProperty("event").GetString() == "config.changed");
        await using GatewayTestClient client = await gateway.ConnectAsync();

        JsonElement defaults = client.Hello.GetProperty("snapshot").GetProperty("sessionDefaults");
        Assert.Equal("work", defaults.GetProperty("defaultAgentId").GetString());
        Assert.Equal("agent:work:main", defaults.GetProperty("mainSessionKey").GetString());
        await client.ChatAsync("main", "hello");
        Assert.Equal("small:3b", model.ChatRequests[^1].Json.GetProperty("model").GetString());
        Assert.Equal(2, (await client.HistoryAsync("main")).Count);
        Assert.Equal(2, (await client.HistoryAsync("agent:work:main")).Count);
        Assert.Equal("work", (await client.CallAsync("agent.identity.get", """{"sessionKey":"main"}""")).GetProperty("agentId").GetString());
        Assert.Equal("agent:work:main", (await client.CallAsync("sessions.resolve", """{"key":"main"}""")).GetProperty("key").GetString());
        await client.ChatAsync("agent:main:main", "hello"); // who names an agent gets it
        Assert.Equal("scripted:8b", model.ChatRequests[^1].Json.GetProperty("model").GetString());

        Assert.Equal("desk", await HttpAgentAsync(null));
        Assert.Equal("work", await HttpAgentAsync("ann"));
        Assert.Equal("desk", await HttpAgentAsync("bob"));
        Assert.Equal("work", await HttpAgentAsync(null, ("x-openclaw-message-channel", "slack"), ("x-openclaw-account-id", "a1")));
        Assert.Equal("main", await HttpAgentAsync(null, ("x-openclaw-message-channel", "slack")));
        Assert.Equal("main", await HttpAgentAsync(null, ("x-openclaw-agent-id", "main")));
    }

    [Fact]
    public async Task Rules_are_made_and_taken_away_at_the_command_line()
    {
        Assert.Contains("no bindings", (await gateway.RunAsync("agents", "bindings")).Ends(0).Out);
        Assert.Equal("work <- webchat\nwork <- telegram:ops\n", (await gateway.RunAsync("agents", "bind", "--agent", "work", "--bind", "webchat", "--bind", "telegram:ops")).Ends(0).Out);
        CommandRun upgraded = (await gateway.RunAsync("agents", "bind", "--agent", "work", "--bind", "webchat:*")).Ends(0);
        CommandRun taken = await gateway.RunAsync("agents", "bind", "--agent", "desk", "--bind", "telegram:ops");
        CommandRun list = (await gateway.RunAsync("agents", "list", "--bindings")).Ends(0);
        CommandRun json = (await gateway.RunAsync("agents", "bindings", "--json")).Ends(0);
        CommandRun none = await gateway.RunAsync("agents", "unbind", "--agent", "work", "--bind", "discord");
        CommandRun both = await gateway.RunAsync("agents", "unbind", "--agent", "work", "--all", "--bind", "webchat");
        CommandRun ghost = await gateway.RunAsync("agents", "bind", "--agent", "ghost", "--bind", "webchat");
        Assert.Equal("work <- webchat:*\n", (await gateway.RunAsync("agents", "unbind", "--agent", "work", "--bind", "telegram:ops")).Ends(0).Out);
        Assert.Contains("nothing is routed to work", (await gateway.RunAsync("agents", "unbind", "--agent", "work", "--all")).Ends(0).Out);

        Assert.Equal("work <- webchat:*\nwork <- telegram:ops\n", upgraded.Out);
        Assert.Equal((1, true), (taken.Exit, taken.Error.Contains("is bound to agent work", StringComparison.Ordinal)));
        Assert.Matches(@"main \(default\) +main", list.Out);
        Assert.Matches(@"work +.*webchat:\*, telegram:ops", list.Out);
        Assert.Equal("""{"agentId":"work","match":{"channel":"webchat","accountId":"*"}}""", json.Json.GetProperty("bindings")[0].GetRawText().Replace(" ", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal));
        Assert.Equal((1, true), (none.Exit, none.Error.Contains("has no binding discord", StringComparison.Ordinal)));
        Assert.Equal(2, both.Exit);
        Assert.Equal((1, true), (ghost.Exit, ghost.Error.Contains("there is no agent 'ghost'", StringComparison.Ordinal)));
        Assert.Contains("// by the test", await File.ReadAllTextAsync(home.ConfigPath, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Agents_come_and_go_at_the_command_line()
    {
        CommandRun made = (await gateway.RunAsync("agents", "add", "Night Watch", "--model", "lab/small:3b", "--bind", "hook")).Ends(0);
        CommandRun list = (await gateway.RunAsync("agents", "--json")).Ends(0);
        CommandRun bindings = (await gateway.RunAsync("agents", "bindings", "--agent", "night-watch")).Ends(0);
        CommandRun again = await gateway.RunAsync("agents", "add", "Night Watch");
        CommandRun gone = (await gateway.RunAsync("agents", "delete", "night-watch", "--json")).Ends(0);
        string config = await File.ReadAllTextAsync(home.ConfigPath, TestContext.Current.CancellationToken);
        CommandRun unknown = await gateway.RunAsync("agents", "delete", "night-watch");

        Assert.Contains("agent night-watch works in ", made.Out);
        JsonElement row = list.Json.EnumerateArray().Single(agent => agent.GetProperty("id").GetString() == "night-watch");
        Assert.Equal((1, false), (row.GetProperty("bindings").GetInt32(), row.GetProperty("isDefault").GetBoolean()));
        Assert.Equal("night-watch <- hook\n", bindings.Out);
        Assert.Equal((1, true), (again.Exit, again.Error.Contains("already exists", StringComparison.Ordinal)));
        Assert.Equal(1, gone.Json.GetProperty("removedBindings").GetInt32());
        Assert.DoesNotContain("night-watch", config);
        Assert.Equal(1, unknown.Exit);
    }

    [Fact]
    public async Task A_job_belongs_to_the_agent_that_it_names_else_to_that_of_its_session_else_to_the_default_one()
    {
        Configure("bindings: [{ agentId: 'desk', match: { channel: 'backend' } }],"); // says nothing of jobs
        await gateway.ReloadAsync();
        await using GatewayTestClient client = await gateway.ConnectAsync();
        (string Name, string More, string Agent)[] jobs =
        [
            ("named", "\"agentId\":\"work\",\"sessionKey\":\"agent:desk:main\"", "work"),
            ("of-session", "\"sessionKey\":\"agent:work:main\"", "work"),
            ("of-nobody", "\"sessionKey\":\"main\"", "main"),
        ];
        foreach ((string name, string more, string agent) in jobs)
        {
            JsonElement job = await client.CallAsync(
                "cron.add",
                $$$"""{"name":"{{{name}}}","schedule":{"kind":"every","everyMs":86400000},"payload":{"kind":"agentTurn","message":"go"},"delivery":{"mode":"none"},{{{more}}}}""");
            string id = job.GetProperty("id").GetString()!;
            await client.CallAsync("cron.run", $$"""{"id":"{{id}}"}""");
            JsonElement ended = await client.NextEventAsync(e => e.GetProperty("event").GetString() == "cron"
                && e.GetProperty("payload").GetProperty("action").GetString() == "finished" && e.GetProperty("payload").GetProperty("jobId").GetString() == id);

            Assert.True(ended.GetProperty("payload").GetProperty("sessionKey").GetString()!.StartsWith($"agent:{agent}:{(name == "named" ? "cron:" : "main")}", StringComparison.Ordinal), $"{name}: {ended}");
            Assert.Contains($"Agent: {agent}.", model.ChatRequests[^1].BodyText);
        }

        JsonElement[] listed = [.. (await client.CallAsync("cron.list")).GetProperty("jobs").EnumerateArray()];
        Assert.All(jobs, job => Assert.Equal(job.Agent, listed.Single(one => one.GetProperty("name").GetString() == job.Name).GetProperty("effectiveAgentId").GetString()));
        model.Enqueue(ModelAnswer.Call("cron", """{"action":"list"}"""), ModelAnswer.Say("Seen."));
        await client.ChatAsync("agent:desk:main", "which jobs?");
        Assert.Contains("no jobs", model.ChatRequests[^1].BodyText); // those of others, and those without an agent, are not its own
        model.Enqueue(ModelAnswer.Call("cron", """{"action":"list"}"""), ModelAnswer.Say("Seen."));
        await client.ChatAsync("agent:main:main", "which jobs?");
        Assert.Contains("of-nobody", model.ChatRequests[^1].BodyText);
        Assert.DoesNotContain("of-session", model.ChatRequests[^1].BodyText);
    }

    private static string[] ToolNames(ScriptedRequest request) =>
        [.. request.Json.GetProperty("tools").EnumerateArray().Select(tool => tool.GetProperty("function").GetProperty("name").GetString()!)];

    private async Task<string> HttpAgentAsync(string? user, params (string Name, string Value)[] headers)
    {
        string body = user is null
            ? """{"model":"openclaw","messages":[{"role":"user","content":"hello"}]}"""
            : $$"""{"model":"openclaw","user":"{{user}}","messages":[{"role":"user","content":"hello"}]}""";
        using HttpResponseMessage response = await gateway.SendAsync(HttpMethod.Post, "/v1/chat/completions", body, change: request =>
        {
            foreach ((string name, string value) in headers)
            {
                request.Headers.Add(name, value);
            }
        });
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return model.ChatRequests[^1].BodyText.Split("Agent: ")[1].Split('.')[0];
    }

    private void Configure(string more)
    {
        string url = model.BaseUri.GetLeftPart(UriPartial.Authority);
        home.WriteRawConfig(
            $$"""
            {
              // by the test
              {{more}}
              models: { mode: 'replace', providers: { lab: { baseUrl: '{{url}}', api: 'ollama', models: [{ id: 'scripted:8b', contextWindow: 32768 }, { id: 'small:3b', contextWindow: 32768 }] } } },
              agents: {
                defaults: { model: { primary: 'lab/scripted:8b' } },
                list: [{ id: 'main', default: true }, { id: 'work', model: { primary: 'lab/small:3b' }, tools: { allow: ['read', 'ls'] } }, { id: 'desk' }],
              },
              {{home.Gateway()}}
            }
            """);
    }
}
