using System.Text.Json;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using Xunit;

namespace OpenClaw.Edge.Tests.Functional;

/// <summary>Tool policy and the care for models that call tools badly, over the real loop and a real wire.</summary>
public sealed class Cares_for_small_models : IAsyncLifetime
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

    [Theory]
    [InlineData("tools: { web: { search: { provider: 'duckduckgo' } } },")]
    [InlineData("tools: { toolSearch: true, web: { search: { provider: 'duckduckgo' } } },")]
    public async Task Hello_with_every_tool_is_at_most_8_kilobytes(string config)
    {
        await RestartAsync(config, "imageModel: { primary: 'labopen/scripted:8b' },");
        await using GatewayTestClient client = await gateway.ConnectAsync();
        await client.ChatAsync("main", "hello");

        ScriptedRequest request = Assert.Single(model.ChatRequests);
        TestContext.Current.SendDiagnosticMessage($"hello{(config.Contains("toolSearch", StringComparison.Ordinal) ? " (tool search)" : "")}: {request.Body.Length} bytes");
        Assert.InRange(request.Body.Length, 2_000, 8_192);
        Assert.Contains("\"exec\"", request.BodyText);
        Assert.Equal(!config.Contains("toolSearch", StringComparison.Ordinal), request.BodyText.Contains("\"name\":\"view_image\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Skills_that_come_with_the_program_leave_hello_below_8_kilobytes()
    {
        const string Installed = "/usr/share/openclaw/skills";
        await gateway.DisposeAsync();
        home.Dispose();
        home = new GatewayHome(model.BaseUri) { AgentDefaults = "imageModel: { primary: 'labopen/scripted:8b' }," };
        home.WriteConfig("tools: { web: { search: { provider: 'duckduckgo' } } },");
        string folder = Path.Combine(home.Root, "bundled");
        home.MoreVariables["OPENCLAW_BUNDLED_SKILLS_DIR"] = folder;
        foreach (string name in (string[])["git-care", "healthcheck", "journal", "reminders", "summarize", "weather"])
        {
            Directory.CreateDirectory(Path.Combine(folder, name));
            await File.WriteAllTextAsync(Path.Combine(folder, name, "SKILL.md"), $"---\nname: {name}\ndescription: What it is for\n---\n");
        }

        gateway = await RunningGateway.StartAsync(home);
        await using GatewayTestClient client = await gateway.ConnectAsync();
        await client.ChatAsync("main", "hello");
        ScriptedRequest request = Assert.Single(model.ChatRequests);
        Assert.Contains("git-care, healthcheck, journal, reminders, summarize, weather", request.BodyText);
        int bytes = request.Body.Length - folder.Length + Installed.Length;
        TestContext.Current.SendDiagnosticMessage($"hello with bundled skills: {bytes} bytes");
        Assert.InRange(bytes, 2_000, 8_192);
    }

    [Fact]
    public async Task A_call_written_as_text_is_made_and_stored_as_a_call()
    {
        model.Enqueue(
            ModelAnswer.Say("```json\n{\"name\": \"wri", "te\", \"arguments\": {'path': 'a.txt', 'content': 'hi',}}\n```"),
            ModelAnswer.Say("Written."));
        await using GatewayTestClient client = await gateway.ConnectAsync();
        ChatTurn turn = await client.ChatAsync("main", "write hi");
        JsonElement history = await client.CallAsync("chat.history", """{"sessionKey":"main"}""");

        Assert.Equal("hi", await File.ReadAllTextAsync(Path.Combine(home.Workspace, "a.txt")));
        Assert.Equal(("final", "Written."), (turn.State, turn.Streamed));
        Assert.DoesNotContain("```", history.GetRawText());
        Assert.Contains("\"toolCall\"", history.GetRawText());
    }

    [Fact]
    public async Task Tools_behind_the_search_are_found_and_run()
    {
        await RestartAsync("tools: { toolSearch: true },");
        Directory.CreateDirectory(home.Workspace);
        model.Enqueue(
            ModelAnswer.Call("tool_search", """{"query":"current model and token use"}"""),
            ModelAnswer.Call("tool_describe", """{"id":"session_status"}"""),
            ModelAnswer.Call("tool_call", """{"id":"session_status","args":{}}"""),
            ModelAnswer.Call("cron", """{"action":"list"}"""),
            ModelAnswer.Say("Seen."));
        await using GatewayTestClient client = await gateway.ConnectAsync();
        ChatTurn turn = await client.ChatAsync("main", "look");

        Assert.Equal("Seen.", turn.Final);
        string[] offered = [.. model.ChatRequests[0].Json.GetProperty("tools").EnumerateArray().Select(tool => tool.GetProperty("function").GetProperty("name").GetString()!)];
        string[] results = [.. model.ChatRequests[^1].Json.GetProperty("messages").EnumerateArray()
            .Where(message => message.GetProperty("role").GetString() == "tool").Select(message => message.GetProperty("content").GetString()!)];
        Assert.DoesNotContain("session_status", offered);
        Assert.Contains("tool_search", offered);
        Assert.Contains("- session_status: Show time, model and token use", model.ChatRequests[0].BodyText);
        Assert.StartsWith("session_status: Show time", results[0]);
        Assert.Contains("Arguments (JSON schema): {", results[1]);
        Assert.StartsWith("Time: ", results[2]);
        Assert.Equal("no jobs", results[3]); // called by its name at once
    }

    [Fact]
    public async Task Policy_is_the_same_for_the_model_and_for_clients()
    {
        await RestartAsync("""tools: { profile: "coding", deny: ["group:runtime"], byProvider: { lab: { deny: ["write"] } } },""");
        Directory.CreateDirectory(home.Workspace);
        await using GatewayTestClient client = await gateway.ConnectAsync();
        await client.ChatAsync("main", "hello");
        JsonElement effective = await client.CallAsync("tools.effective", """{"sessionKey":"main"}""");
        (int read, _) = await gateway.JsonAsync(HttpMethod.Post, "/tools/invoke", """{"tool":"ls"}""");
        (int written, JsonElement refused) = await gateway.JsonAsync(HttpMethod.Post, "/tools/invoke", """{"tool":"write","args":{"path":"a","content":"b"}}""");
        await client.CallAsync("sessions.patch", """{"key":"main","model":"labopen/scripted:8b"}""");
        (int other, _) = await gateway.JsonAsync(HttpMethod.Post, "/tools/invoke", """{"tool":"write","args":{"path":"a","content":"b"}}""");

        string[] offered = [.. model.ChatRequests[0].Json.GetProperty("tools").EnumerateArray().Select(tool => tool.GetProperty("function").GetProperty("name").GetString()!)];
        string[] told = [.. effective.GetProperty("groups").EnumerateArray().SelectMany(group => group.GetProperty("tools").EnumerateArray()).Select(tool => tool.GetProperty("id").GetString()!)];
        Assert.Equal(offered.Order(StringComparer.Ordinal), told.Order(StringComparer.Ordinal));
        Assert.Contains("read", offered);
        Assert.DoesNotContain("exec", offered);
        Assert.DoesNotContain("write", offered);
        Assert.Equal((200, 404, 200), (read, written, other));
        Assert.Equal("Tool not available: write", refused.GetProperty("error").GetProperty("message").GetString());
    }

    [Fact]
    public async Task An_allow_list_that_names_nothing_stops_before_the_model()
    {
        await RestartAsync("""tools: { allow: ["query_db"] },""");
        await using GatewayTestClient client = await gateway.ConnectAsync();
        ChatTurn turn = await client.ChatAsync("main", "hello");

        Assert.Equal("error", turn.State);
        Assert.Contains("tools.allow names none that is there", turn.Error);
        Assert.Empty(model.ChatRequests);
    }

    [Fact]
    public async Task Directives_in_a_message_are_obeyed_and_not_read_by_the_model()
    {
        await using GatewayTestClient client = await gateway.ConnectAsync();
        await client.ChatAsync("main", "/think high what is tea?");
        await client.ChatAsync("main", "and coffee? /model lab/small:3b");
        await client.ChatAsync("main", "and milk?");

        string[] asked = [.. model.ChatRequests.Select(request => request.Json.GetProperty("messages").EnumerateArray().Last().GetProperty("content").GetString()!)];
        Assert.Equal(["what is tea?", "and coffee?", "and milk?"], asked);
        Assert.True(model.ChatRequests[0].Json.TryGetProperty("think", out _));
        Assert.False(model.ChatRequests[2].Json.TryGetProperty("think", out JsonElement think) && think.ToString() == "high");
        Assert.Equal(["scripted:8b", "small:3b", "small:3b"], model.ChatRequests.Select(request => request.Json.GetProperty("model").GetString()));
    }

    [Fact]
    public async Task A_model_can_be_chosen_for_all_sessions()
    {
        await using GatewayTestClient client = await gateway.ConnectAsync();
        ChatTurn chosen = await client.ChatAsync("main", "/model lab/small:3b -g");
        await client.ChatAsync("other", "hello");
        await using GatewayTestClient reader = await gateway.ConnectAsync("operator.read", "operator.write");
        GatewayCallException refused = await Assert.ThrowsAsync<GatewayCallException>(() => reader.ChatAsync("main", "/model lab/scripted:8b -g"));

        Assert.Equal("This session uses lab/small:3b from now on. It is the default now (agents.defaults.model.primary).", chosen.Final);
        Assert.Equal("small:3b", model.ChatRequests[^1].Json.GetProperty("model").GetString());
        Assert.Contains("lab/small:3b", await File.ReadAllTextAsync(home.ConfigPath));
        Assert.Contains("operator.admin", refused.Error.GetRawText());
    }

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
