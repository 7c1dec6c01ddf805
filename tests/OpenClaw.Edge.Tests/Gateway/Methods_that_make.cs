using System.Text.Json;
using OpenClaw.Edge.TestKit.Gateways;
using Xunit;

namespace OpenClaw.Edge.Tests.Gateway;

public sealed class Methods_that_make : WithClient
{
    [Fact]
    public async Task A_session_is_made_with_label_and_model_and_the_same_key_makes_no_second()
    {
        const string Params = """{"label":"Plan","model":"lab/small:3b","idempotencyKey":"make-1"}""";

        JsonElement made = await Client.CallAsync("sessions.create", Params);
        JsonElement again = await Client.CallAsync("sessions.create", Params);
        GatewayCallException taken = await RefusedAsync("sessions.create", """{"label":"Plan"}""");

        string key = made.GetProperty("key").GetString()!;
        Assert.StartsWith("agent:main:dashboard:", key, StringComparison.Ordinal);
        Assert.Equal(key, again.GetProperty("key").GetString());
        Assert.False(made.GetProperty("runStarted").GetBoolean());
        Assert.Equal("Plan", made.GetProperty("entry").GetProperty("label").GetString());
        Assert.Equal("small:3b", made.GetProperty("resolved").GetProperty("model").GetString());
        Assert.NotEmpty(made.GetProperty("sessionId").GetString()!);
        Assert.Equal("INVALID_REQUEST: label already in use: Plan", taken.Message);
    }

    [Fact]
    public async Task A_session_made_with_a_message_runs_at_once()
    {
        JsonElement made = await Client.CallAsync("sessions.create", """{"message":"hello there"}""");

        Assert.True(made.GetProperty("runStarted").GetBoolean());
        ChatTurn turn = await Client.FollowAsync(made.GetProperty("runId").GetString()!);
        Assert.Equal("final", turn.State);
        Assert.Contains("user: hello there", await Client.HistoryAsync(made.GetProperty("key").GetString()!));
    }

    [Theory]
    [InlineData("sessions.create", """{"agentId":"ghost"}""", "Agent \"ghost\" no longer exists in configuration")]
    [InlineData("sessions.create", """{"model":"no/such"}""", "model not available: no/such")]
    [InlineData("sessions.create", """{"worktreeName":"x"}""", "sessions.create worktreeBaseRef/worktreeName require worktree=true")]
    [InlineData("sessions.create", """{"worktreeSource":"empty"}""", "sessions.create worktreeSource=empty requires worktree=true and cannot include another workspace source, catalog, execNode, or worktreeBaseRef")]
    [InlineData("sessions.create", """{"worktree":true,"execNode":"n"}""", "sessions.create worktree cannot target execNode")]
    [InlineData("sessions.create", """{"worktree":true}""", "agent workspace is not a git checkout")]
    [InlineData("sessions.create", """{"catalogId":"x"}""", "unknown session catalog: x")]
    [InlineData("sessions.create", """{"projectId":"x"}""", "unknown project id: x")]
    [InlineData("sessions.create", """{"projectId":"x","execNode":"n"}""", "sessions.create projectId cannot be combined with cwd or execNode")]
    [InlineData("sessions.create", """{"projectGitUrl":"file:///x"}""", "Use a GitHub HTTPS or git@github.com repository URL. Local paths and file URLs are not accepted.")]
    [InlineData("sessions.create", """{"projectGitUrl":"https://github.com/a/b"}""", "sessions.create projectGitUrl requires an initial turn")]
    [InlineData("sessions.create", """{"repository":{}}""", "invalid sessions.create params: at /repository: must have required property 'url'")]
    [InlineData("sessions.create", """{"repository":{"url":"x"}}""", "Use a GitHub repository URL and a nonempty branch, tag, or commit ref.")]
    [InlineData("sessions.create", """{"repository":{"url":"https://github.com/a/b"},"cwd":"/"}""", "sessions.create repository cannot be combined with local workspace or catalog options.")]
    [InlineData("sessions.create", """{"cwd":"here"}""", "sessions.create cwd must be absolute")]
    [InlineData("sessions.create", """{"cwd":"/nowhere/at/all"}""", "sessions.create cwd is unavailable: ENOENT: no such file or directory, lstat '/nowhere'")]
    [InlineData("sessions.create", """{"cwd":"/usr"}""", "sessions.create cwd /usr is outside the agent's workspace; set agents.list[].workspace, or name a folder inside it")]
    [InlineData("sessions.create", """{"execNode":""}""", "invalid sessions.create params: at /execNode: must not have fewer than 1 characters")]
    [InlineData("sessions.create", """{"key":7}""", "invalid sessions.create params: at /key: must be string")]
    [InlineData("tools.effective", "{}", "invalid tools.effective params: must have required property 'sessionKey'")]
    [InlineData("tools.catalog", """{"agentId":"ghost"}""", "unknown agent id \"ghost\"")]
    [InlineData("tools.invoke", "{}", "invalid tools.invoke params: must have required property 'name'")]
    [InlineData("agents.files.list", """{"agentId":"ghost"}""", "unknown agent id")]
    [InlineData("agents.files.get", """{"agentId":"main","name":"../openclaw.json"}""", "unsupported file \"../openclaw.json\"")]
    public async Task Bad_params_are_refused(string method, string parameters, string message) =>
        Assert.Equal($"INVALID_REQUEST: {message}", (await RefusedAsync(method, parameters)).Message);

    [Theory]
    [InlineData("sessions.create", "{}", "operator.write")]
    [InlineData("tools.invoke", """{"name":"ls"}""", "operator.write")]
    [InlineData("chat.toolTitles", "{}", "operator.write")]
    [InlineData("agents.files.set", """{"agentId":"main","name":"USER.md","content":"x"}""", "operator.admin")]
    public async Task Readers_may_not(string method, string parameters, string scope)
    {
        await using GatewayTestClient reader = await Gateway.ConnectAsync("operator.read");

        GatewayCallException error = await Assert.ThrowsAsync<GatewayCallException>(() => reader.CallAsync(method, parameters));

        Assert.Equal($"FORBIDDEN: missing scope: {scope}", error.Message);
    }

    [Fact]
    public async Task Tools_are_listed_with_their_profiles()
    {
        await Client.CallAsync("sessions.create", """{"key":"main"}""");
        JsonElement catalog = await Client.CallAsync("tools.catalog");
        JsonElement effective = await Client.CallAsync("tools.effective", """{"sessionKey":"main"}""");

        JsonElement read = ToolOf(catalog, "read");
        Assert.Equal(["coding"], read.GetProperty("defaultProfiles").EnumerateArray().Select(profile => profile.GetString()));
        Assert.Equal("core", read.GetProperty("source").GetString());
        Assert.Equal(4, catalog.GetProperty("profiles").GetArrayLength());
        Assert.Equal("main", effective.GetProperty("agentId").GetString());
        Assert.Equal("full", effective.GetProperty("profile").GetString());
        Assert.NotEmpty(ToolOf(effective, "write").GetProperty("rawDescription").GetString()!);
    }

    [Fact]
    public async Task A_tool_is_run_and_its_failure_is_an_answer()
    {
        JsonElement wrote = await Client.CallAsync(
            "tools.invoke", """{"name":"write","args":{"path":"made.txt","content":"by a client"},"idempotencyKey":"w1"}""");
        JsonElement read = await Client.CallAsync("tools.invoke", """{"name":"read","args":{"path":"made.txt"}}""");
        JsonElement none = await Client.CallAsync("tools.invoke", """{"name":"nope"}""");
        JsonElement bad = await Client.CallAsync("tools.invoke", """{"name":"read"}""");
        JsonElement lost = await Client.CallAsync("tools.invoke", """{"name":"read","args":{"path":"lost.txt"}}""");
        GatewayCallException twice = await RefusedAsync(
            "tools.invoke", """{"name":"write","args":{"path":"made.txt","content":"again"},"idempotencyKey":"w1"}""");

        Assert.True(wrote.GetProperty("ok").GetBoolean());
        Assert.Equal("by a client", read.GetProperty("output").GetProperty("content")[0].GetProperty("text").GetString());
        Assert.Equal(("not_found", "Tool not available: nope"), ErrorOf(none));
        Assert.Equal("invalid_request", ErrorOf(bad).Code);
        Assert.Equal("tool_error", ErrorOf(lost).Code);
        Assert.Contains("already", twice.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_of_an_agent_are_read_and_written_under_their_hash()
    {
        JsonElement set = await Client.CallAsync("agents.files.set", """{"agentId":"main","name":"USER.md","content":"one"}""");
        string hash = set.GetProperty("file").GetProperty("hash").GetString()!;
        await Client.CallAsync("agents.files.set", $$"""{"agentId":"main","name":"USER.md","content":"two","expectedHash":"{{hash}}"}""");
        GatewayCallException stale = await RefusedAsync(
            "agents.files.set", $$"""{"agentId":"main","name":"USER.md","content":"three","expectedHash":"{{hash}}"}""");
        JsonElement file = (await Client.CallAsync("agents.files.get", """{"agentId":"main","name":"USER.md"}""")).GetProperty("file");
        JsonElement list = await Client.CallAsync("agents.files.list", """{"agentId":"main"}""");

        Assert.Contains("changed since it was read", stale.Message, StringComparison.Ordinal);
        Assert.Equal(("two", false, 3), (file.GetProperty("content").GetString(), file.GetProperty("missing").GetBoolean(), file.GetProperty("size").GetInt32()));
        Assert.Equal(8, list.GetProperty("files").GetArrayLength());
        JsonElement absent = (await Client.CallAsync("agents.files.get", """{"agentId":"main","name":"HEARTBEAT.md"}""")).GetProperty("file");
        Assert.True(absent.GetProperty("missing").GetBoolean());
        Assert.False(absent.TryGetProperty("content", out _));
    }

    [Fact]
    public async Task The_schema_of_the_configuration_knows_types_choices_and_secrets()
    {
        JsonElement answer = await Client.CallAsync("config.schema");

        JsonElement properties = answer.GetProperty("schema").GetProperty("properties");
        JsonElement port = properties.GetProperty("gateway").GetProperty("properties").GetProperty("port");
        JsonElement level = properties.GetProperty("logging").GetProperty("properties").GetProperty("level");
        JsonElement provider = properties.GetProperty("models").GetProperty("properties").GetProperty("providers").GetProperty("additionalProperties");
        Assert.Equal(("integer", 65535), (port.GetProperty("type").GetString(), port.GetProperty("maximum").GetInt32()));
        Assert.Contains("debug", level.GetProperty("enum").EnumerateArray().Select(word => word.GetString()));
        Assert.Equal("string", provider.GetProperty("properties").GetProperty("apiKey").GetProperty("type").GetString());
        Assert.Equal("array", provider.GetProperty("properties").GetProperty("models").GetProperty("type").GetString());
        Assert.True(answer.GetProperty("uiHints").GetProperty("gateway.auth.token").GetProperty("sensitive").GetBoolean());
        Assert.False(answer.GetProperty("uiHints").GetProperty("gateway.port").TryGetProperty("sensitive", out _));
        Assert.Equal("INVALID_REQUEST", (await RefusedAsync("config.schema", """{"x":1}""")).Code);
    }

    [Fact]
    public async Task Tool_titles_are_off() =>
        Assert.True((await Client.CallAsync("chat.toolTitles")).GetProperty("disabled").GetBoolean());

    private static JsonElement ToolOf(JsonElement catalog, string name) => catalog.GetProperty("groups").EnumerateArray()
        .SelectMany(group => group.GetProperty("tools").EnumerateArray())
        .Single(tool => tool.GetProperty("id").ValueEquals(name));

    private static (string? Code, string? Message) ErrorOf(JsonElement answer)
    {
        Assert.False(answer.GetProperty("ok").GetBoolean());
        return (answer.GetProperty("error").GetProperty("code").GetString(), answer.GetProperty("error").GetProperty("message").GetString());
    }
}
