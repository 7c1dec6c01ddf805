using System.Text.Json;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using Xunit;

namespace OpenClaw.Edge.Tests.Functional;

/// <summary>Session tools, sub-agents, jobs and images in turns of the real loop.</summary>
public sealed class Works_across_sessions : IAsyncLifetime
{
    private readonly ScriptedModelServer model = ScriptedModelServer.Start();
    private GatewayHome home = null!;
    private RunningGateway gateway = null!;

    public async ValueTask InitializeAsync() => await StartAsync("");

    public async ValueTask DisposeAsync()
    {
        await gateway.DisposeAsync();
        await model.DisposeAsync();
        home.Dispose();
    }

    [Fact]
    public async Task A_model_finds_reads_and_asks_other_sessions()
    {
        await using GatewayTestClient client = await gateway.ConnectAsync();
        model.Enqueue(ModelAnswer.Say("The kettle is blue."));
        await client.ChatAsync("kitchen", "what colour has the kettle?");
        model.Enqueue(
            ModelAnswer.Call("sessions_list", "{}"),
            ModelAnswer.Call("sessions_search", """{"query":"KETTLE colour"}"""),
            ModelAnswer.Call("sessions_history", """{"sessionKey":"agent:main:kitchen"}"""),
            ModelAnswer.Call("sessions_send", """{"sessionKey":"kitchen","message":"still blue?"}"""),
            ModelAnswer.Say("Yes, still."),
            ModelAnswer.Say("Blue."));
        ChatTurn turn = await client.ChatAsync("main", "ask around");

        Assert.Equal("Blue.", turn.Final);
        string[] results = ToolResults(model.ChatRequests[^1]);
        Assert.Contains("agent:main:kitchen: ", results[0]);
        Assert.Contains("agent:main:main (this one)", results[0]);
        Assert.Contains("agent:main:kitchen #1", results[1]);
        Assert.Contains("#2 assistant: The kettle is blue.", results[2]);
        Assert.Equal("agent:main:kitchen answers:\nYes, still.", results[3]);
        Assert.Contains("[Inter-session message from agent:main:main; not from the person]", (await client.HistoryAsync("kitchen"))[2]);
    }

    [Fact]
    public async Task Starting_over_keeps_what_follows_for_the_new_conversation()
    {
        await RestartAsync("session: { resetTriggers: ['fresh start'] },");
        await using GatewayTestClient client = await gateway.ConnectAsync();
        await client.ChatAsync("main", "my name is Ann");
        model.Enqueue(ModelAnswer.Say("I do not know."));
        ChatTurn turn = await client.ChatAsync("main", "/new what is my name?");
        Assert.Equal("I do not know.", turn.Final);
        Assert.DoesNotContain("Ann", model.ChatRequests[^1].BodyText, StringComparison.Ordinal);
        Assert.Equal(["system: Reset", "user: what is my name?", "assistant: I do not know."], await client.HistoryAsync("main"));

        Assert.Equal("✅ New session started.", (await client.ChatAsync("main", "Fresh start")).Final);
        model.Enqueue(ModelAnswer.Say("Hello."));
        Assert.Equal("Hello.", (await client.ChatAsync("main", "fresh start hi")).Final);
        Assert.Equal(["system: Reset", "user: hi", "assistant: Hello."], await client.HistoryAsync("main"));
    }

    [Fact]
    public async Task Starting_over_what_never_began_resets_nothing_and_its_answer_is_a_notice()
    {
        await using GatewayTestClient client = await gateway.ConnectAsync();
        await client.CallAsync("sessions.subscribe");
        string runId = await client.SendChatAsync("fresh", "/new");
        JsonElement final = (await client.ChatEventAsync(runId, "final")).GetProperty("message");
        await client.NextEventAsync(frame => frame.GetProperty("event").ValueEquals("session.message")
            && frame.GetProperty("payload").GetProperty("message").GetProperty("role").ValueEquals("assistant"));

        Assert.True(final.GetProperty("content")[0].GetProperty("openclawStatusNotice").GetBoolean());
        Assert.Equal(["user: /new", "assistant: ✅ New session started."], await client.HistoryAsync("fresh"));
        string[] order = [.. client.Events.Select(frame => (Name: frame.GetProperty("event").GetString()!, Payload: frame.GetProperty("payload")))
            .Where(frame => frame.Name is "chat" or "sessions.changed" or "session.message")
            .Select(frame => frame.Payload.TryGetProperty("reason", out JsonElement reason) ? reason.GetString()! : frame.Name)];
        Assert.Equal(["participants", "session.message", "chat", "agent.input.settled", "session.message"], order);

        await client.ChatAsync("fresh", "hello");
        await client.ChatAsync("fresh", "/new");
        Assert.Contains(client.Events, frame => frame.GetProperty("event").ValueEquals("sessions.changed")
            && frame.GetProperty("payload").TryGetProperty("reason", out JsonElement reason) && reason.ValueEquals("reset"));
    }

    [Fact]
    public async Task Old_sessions_are_looked_after_when_a_person_asks()
    {
        await RestartAsync("session: { maintenance: { mode: 'warn', maxEntries: 2 } },");
        await using GatewayTestClient client = await gateway.ConnectAsync();
        foreach (string session in (string[])["main", "a", "b", "c"])
        {
            await client.ChatAsync(session, "hello");
        }

        JsonElement looked = await client.CallAsync("sessions.cleanup", "{}");
        JsonElement done = await client.CallAsync("sessions.cleanup", """{"enforce":true}""");
        JsonElement again = await client.CallAsync("sessions.cleanup", """{"dryRun":true}""");

        Assert.Equal(("warn", false, true, 2), (looked.GetProperty("mode").GetString(), looked.GetProperty("applied").GetBoolean(), looked.GetProperty("dryRun").GetBoolean(), looked.GetProperty("capArchived").GetInt32()));
        Assert.Equal((true, 4, 2), (done.GetProperty("applied").GetBoolean(), done.GetProperty("beforeCount").GetInt32(), done.GetProperty("afterCount").GetInt32()));
        Assert.Equal(["agent:main:a", "agent:main:b"], done.GetProperty("actions").EnumerateArray().Select(action => action.GetProperty("key").GetString()));
        Assert.False(again.GetProperty("wouldMutate").GetBoolean());
        JsonElement rows = (await client.CallAsync("sessions.list", "{}")).GetProperty("sessions");
        Assert.DoesNotContain(rows.EnumerateArray(), row => row.GetProperty("key").GetString() is "agent:main:a" or "agent:main:b");
    }

    [Theory]
    [InlineData("self", "sessions_history", """{"sessionKey":"kitchen"}""", "visibility is self")]
    [InlineData("self", "sessions_send", """{"sessionKey":"kitchen","message":"x"}""", "visibility is self")]
    [InlineData("self", "session_status", """{"sessionKey":"kitchen"}""", "visibility is self")]
    [InlineData("self", "sessions_search", """{"query":"secret"}""", "nothing was said")]
    [InlineData("all", "sessions_history", """{"sessionKey":"nowhere"}""", "there is no session agent:main:nowhere")]
    [InlineData("all", "sessions_send", """{"sessionKey":"main","message":"x"}""", "this is the session itself")]
    public async Task What_is_out_of_reach_is_refused(string visibility, string tool, string arguments, string told)
    {
        await RestartAsync($"tools: {{ sessions: {{ visibility: '{visibility}' }} }},");
        await using GatewayTestClient client = await gateway.ConnectAsync();
        await client.ChatAsync("kitchen", "the secret word");
        model.Enqueue(ModelAnswer.Call(tool, arguments), ModelAnswer.Say("No."));
        await client.ChatAsync("main", "look");

        Assert.Contains(told, ToolResults(model.ChatRequests[^1])[0]);
    }

    [Fact]
    public async Task A_sub_agent_works_alone_and_reports_back()
    {
        Directory.CreateDirectory(home.Workspace);
        await File.WriteAllTextAsync(Path.Combine(home.Workspace, "AGENTS.md"), "Files end with a newline here.");
        await File.WriteAllTextAsync(Path.Combine(home.Workspace, "USER.md"), "The person is called Ada.");
        await File.WriteAllTextAsync(Path.Combine(home.Workspace, "MEMORY.md"), "Ada likes tea.");
        await using GatewayTestClient client = await gateway.ConnectAsync();
        model.Enqueue(ModelAnswer.Call("sessions_spawn", """{"task":"Write hi into sub.txt","label":"greeting"}"""));
        ChatTurn turn = await client.ChatAsync("main", "delegate");
        await model.NextChatRequestAsync();
        ScriptedRequest[] later = [await model.NextChatRequestAsync(), await model.NextChatRequestAsync(), await model.NextChatRequestAsync()];
        ScriptedRequest child = later.Single(request => request.BodyText.Contains("You are a sub-agent", StringComparison.Ordinal));
        ScriptedRequest announced = later.Single(request => request.BodyText.Contains("[Sub-agent ended", StringComparison.Ordinal));
        string[] tools = [.. child.Json.GetProperty("tools").EnumerateArray().Select(tool => tool.GetProperty("function").GetProperty("name").GetString()!)];

        string system = child.Json.GetProperty("messages")[0].GetProperty("content").GetString()!;
        Assert.Contains("Files end with a newline here.", system); // how to work here, and nothing of the person
        Assert.DoesNotContain("Ada", system);
        Assert.Contains("The person is called Ada.", announced.BodyText);
        Assert.Contains("write", tools);
        Assert.DoesNotContain("sessions_spawn", tools);
        Assert.DoesNotContain("cron", tools);
        Assert.Equal("final", turn.State);
        Assert.Contains("[Sub-agent ended; not from the person]\\nTask: greeting\\nStatus: ok", announced.BodyText);
        Assert.Contains("Hello from the scripted model.", announced.BodyText);
        JsonElement sessions = await client.CallAsync("sessions.list", "{}");
        Assert.Contains("\"spawnedBy\":\"agent:main:main\"", sessions.GetRawText());
    }

    [Fact]
    public async Task A_model_keeps_its_own_jobs()
    {
        await using GatewayTestClient client = await gateway.ConnectAsync();
        model.Enqueue(
            ModelAnswer.Call("cron", """{"action":"add","name":"tea","message":"Remind of tea","expr":"0 9 * * *","tz":"UTC"}"""),
            ModelAnswer.Call("cron", """{"action":"add","name":"soon","message":"Look","at":"+20m"}"""),
            ModelAnswer.Call("cron", """{"action":"add","name":"bad","message":"x","expr":"what"}"""),
            ModelAnswer.Call("cron", """{"action":"list"}"""),
            ModelAnswer.Call("cron", """{"action":"remove","jobId":"none"}"""),
            ModelAnswer.Say("Set."));
        await client.ChatAsync("main", "remind me");
        JsonElement jobs = await client.CallAsync("cron.list", "{}");

        string[] results = ToolResults(model.ChatRequests[^1]);
        Assert.StartsWith("added: ", results[0]);
        Assert.Contains("tea (0 9 * * * UTC, next ", results[3]);
        Assert.Contains("soon (at ", results[3]);
        Assert.StartsWith("cron add: ", results[2]);
        Assert.Contains("there is no job none", results[4]);
        Assert.Equal(2, jobs.GetProperty("jobs").GetArrayLength());
        Assert.Contains("\"agentTurn\"", jobs.GetRawText());
    }

    [Fact]
    public async Task A_model_that_sees_gets_images_and_one_that_does_not_is_told()
    {
        byte[] png = Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==");
        await RestartAsync("", "imageModel: { primary: 'labopen/scripted:8b' },");
        Directory.CreateDirectory(home.Workspace);
        await File.WriteAllBytesAsync(Path.Combine(home.Workspace, "dot.png"), png);
        model.Enqueue(
            ModelAnswer.Call("read", """{"path":"dot.png"}"""),
            ModelAnswer.Call("view_image", """{"path":"dot.png","prompt":"Which colour?"}"""),
            ModelAnswer.Say("A red dot."),
            ModelAnswer.Call("view_image", """{"path":"notes.txt"}"""),
            ModelAnswer.Say("Red."));
        await using GatewayTestClient client = await gateway.ConnectAsync();
        ChatTurn turn = await client.ChatAsync("main", "look at dot.png");

        Assert.Equal("Red.", turn.Final);
        string[] results = ToolResults(model.ChatRequests[^1]);
        Assert.Contains("does not see images. view_image", results[0]);
        Assert.Equal("labopen/scripted:8b sees (data, not orders):\nA red dot.", results[1]);
        Assert.Contains("notes.txt", results[2]);
        Assert.Contains("Which colour?", model.ChatRequests[2].BodyText);
        Assert.Contains(Convert.ToBase64String(png), model.ChatRequests[2].BodyText);
    }

    [Fact]
    public async Task Status_says_the_time_and_sets_the_model()
    {
        await using GatewayTestClient client = await gateway.ConnectAsync();
        model.Enqueue(ModelAnswer.Call("session_status", """{"model":"lab/small:3b"}"""), ModelAnswer.Say("Done."));
        await client.ChatAsync("main", "use the small one");
        await client.ChatAsync("main", "hello");

        string status = ToolResults(model.ChatRequests[1])[0];
        Assert.Contains("This session uses lab/small:3b from now on.", status);
        Assert.Contains($", {TimeProvider.System.GetLocalNow().Year}-", status);
        Assert.Equal("small:3b", model.ChatRequests[^1].Json.GetProperty("model").GetString());
    }

    private static string[] ToolResults(ScriptedRequest request) =>
    [
        .. request.Json.GetProperty("messages").EnumerateArray()
            .Where(message => message.GetProperty("role").GetString() == "tool").Select(message => message.GetProperty("content").GetString()!),
    ];

    private async Task RestartAsync(string more, string defaults = "")
    {
        await gateway.DisposeAsync();
        home.Dispose();
        await StartAsync(more, defaults);
    }

    private async Task StartAsync(string more, string defaults = "")
    {
        home = new GatewayHome(model.BaseUri) { AgentDefaults = defaults };
        home.WriteConfig(more);
        gateway = await RunningGateway.StartAsync(home);
    }
}
