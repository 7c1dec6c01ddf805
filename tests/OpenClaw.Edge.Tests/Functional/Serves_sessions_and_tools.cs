using System.Net;
using System.Text.Json;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using Xunit;

namespace OpenClaw.Edge.Tests.Functional;

/// <summary>Sessions, tools and the page's configuration over plain HTTP.</summary>
public sealed class Serves_sessions_and_tools : IAsyncLifetime
{
    private readonly ScriptedModelServer model = ScriptedModelServer.Start();
    private GatewayHome home = null!;
    private RunningGateway gateway = null!;

    public async ValueTask InitializeAsync()
    {
        home = new GatewayHome(model.BaseUri);
        gateway = await RunningGateway.StartAsync(home);
    }

    public async ValueTask DisposeAsync()
    {
        await gateway.DisposeAsync();
        await model.DisposeAsync();
        home.Dispose();
    }

    [Fact]
    public async Task History_has_the_rows_twice_and_pages_backwards()
    {
        await using GatewayTestClient client = await gateway.ConnectAsync();
        await client.ChatAsync("main", "[text:one]");
        await client.ChatAsync("main", "[text:two]");
        (int status, JsonElement newest) = await gateway.JsonAsync(HttpMethod.Get, "/sessions/agent%3Amain%3Amain/history?limit=3");
        string cursor = newest.GetProperty("nextCursor").GetString()!;
        (_, JsonElement oldest) = await gateway.JsonAsync(HttpMethod.Get, $"/sessions/main/history?limit=3&cursor={cursor}");

        Assert.Equal(200, status);
        Assert.Equal("agent:main:main", newest.GetProperty("sessionKey").GetString());
        Assert.Equal(newest.GetProperty("items").GetRawText(), newest.GetProperty("messages").GetRawText());
        Assert.Equal(["assistant", "user", "assistant"], Roles(newest));
        Assert.Equal(["user"], Roles(oldest));
        Assert.False(oldest.GetProperty("hasMore").GetBoolean());
    }

    [Theory]
    [InlineData("/sessions/nobody/history", 404, "not_found")]
    [InlineData("/sessions/main/history?limit=0", 400, "invalid_request")]
    [InlineData("/sessions/main/history?limit=1001", 400, "invalid_request")]
    [InlineData("/sessions/main/history?cursor=x", 400, "invalid_request")]
    public async Task History_that_cannot_be_given_says_why(string path, int expected, string type)
    {
        await using GatewayTestClient client = await gateway.ConnectAsync();
        await client.ChatAsync("main", "[text:one]");
        (int status, JsonElement body) = await gateway.JsonAsync(HttpMethod.Get, path);

        Assert.Equal((expected, type), (status, body.GetProperty("error").GetProperty("type").GetString()));
        Assert.False(body.GetProperty("ok").GetBoolean());
    }

    [Fact]
    public async Task History_can_be_followed()
    {
        await using GatewayTestClient client = await gateway.ConnectAsync();
        await client.ChatAsync("main", "[text:one]");
        using HttpResponseMessage response = await gateway.SendAsync(
            HttpMethod.Get, "/sessions/main/history", change: request => request.Headers.Accept.ParseAdd("text/event-stream"), headersOnly: true);
        using StreamReader lines = new(await response.Content.ReadAsStreamAsync());
        string first = await ReadUntil(lines, "event: history");
        await ReadUntil(lines, "\"hasMore\":false");
        await client.ChatAsync("main", "[text:two]");
        string user = await ReadUntil(lines, "\"role\":\"user\"");
        string answer = await ReadUntil(lines, "\"role\":\"assistant\"");

        Assert.Equal("text/event-stream; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        Assert.StartsWith("retry: 1000\n\nevent: history", first);
        Assert.Contains("event: message\ndata: {\"sessionKey\":\"agent:main:main\",\"message\":{", user);
        Assert.Contains("\"messageSeq\":4", answer);
    }

    [Fact]
    public async Task Kill_needs_the_scope_in_its_header_and_aborts()
    {
        model.Enqueue(new ModelAnswer { Pieces = ["kept", " lost"], HoldRest = new TaskCompletionSource().Task, HoldAt = 1 });
        await using GatewayTestClient client = await gateway.ConnectAsync();
        string run = await client.SendChatAsync("main", "talk");
        await client.ChatEventAsync(run, "delta");
        (int refused, JsonElement why) = await gateway.JsonAsync(HttpMethod.Post, "/sessions/main/kill");
        using HttpResponseMessage killed = await gateway.SendAsync(
            HttpMethod.Post, "/sessions/main/kill", change: request => request.Headers.Add("x-openclaw-scopes", "operator.admin"));

        Assert.Equal(403, refused);
        Assert.Equal(
            """{"ok":false,"error":{"type":"forbidden","message":"missing scope: operator.admin","details":{"code":"MISSING_SCOPE","missingScope":"operator.admin","requiredScopes":["operator.admin"]}}}""",
            why.GetRawText());
        Assert.Equal("""{"ok":true,"killed":true}""", await killed.Content.ReadAsStringAsync());
        Assert.Equal("aborted", (await client.FollowAsync(run)).State);
    }

    [Fact]
    public async Task Tool_runs_in_the_workspace()
    {
        Directory.CreateDirectory(home.Workspace);
        await File.WriteAllTextAsync(Path.Combine(home.Workspace, "note.txt"), "the kettle is blue");
        (int status, JsonElement body) = await gateway.JsonAsync(HttpMethod.Post, "/tools/invoke", """{"tool":"read","args":{"path":"note.txt"}}""");

        Assert.Equal(200, status);
        Assert.True(body.GetProperty("ok").GetBoolean());
        Assert.Contains("the kettle is blue", body.GetProperty("result").GetProperty("content")[0].GetProperty("text").GetString());
    }

    [Theory]
    [InlineData("{\"tool\":\"exec\"}", 404, "{\"ok\":false,\"error\":{\"type\":\"not_found\",\"message\":\"Tool not available: exec\"}}")]
    [InlineData("{}", 400, "{\"ok\":false,\"error\":{\"type\":\"invalid_request\",\"message\":\"tools.invoke requires name\"}}")]
    [InlineData("{\"name\":\"read\",\"args\":[]}", 400, "{\"ok\":false,\"error\":{\"type\":\"invalid_request\",\"message\":\"args must be an object\"}}")]
    [InlineData("{\"name\":\"read\",\"args\":{\"path\":\"none\"}}", 500, "{\"ok\":false,\"error\":{\"type\":\"tool_error\",\"message\":\"tool execution failed\"}}")]
    public async Task Tool_that_cannot_run_answers_in_the_originals_words(string json, int expected, string answer)
    {
        (int status, JsonElement body) = await gateway.JsonAsync(HttpMethod.Post, "/tools/invoke", json);

        Assert.Equal((expected, answer), (status, body.GetRawText()));
    }

    [Theory]
    [InlineData("operator.read", "/tools/invoke", 403)]
    [InlineData("operator.read", "/v1/responses", 403)]
    [InlineData("operator.write", "/v1/responses", 200)]
    public async Task Without_a_secret_scopes_come_from_the_header(string scopes, string path, int expected)
    {
        await gateway.DisposeAsync();
        home.WriteConfig("""gateway: { auth: { mode: "none" } },""");
        gateway = await RunningGateway.StartAsync(home);
        using HttpResponseMessage response = await gateway.SendAsync(
            HttpMethod.Post, path, """{"input":"[text:one]","tool":"ls"}""", token: "", change: request => request.Headers.Add("x-openclaw-scopes", scopes));
        using HttpResponseMessage elevated = await gateway.SendAsync(
            HttpMethod.Post,
            path,
            """{"input":"[text:one]","tool":"ls"}""",
            token: "",
            change: request =>
            {
                request.Headers.Add("x-openclaw-scopes", scopes);
                request.Headers.Add("x-openclaw-model", "lab/small:3b");
            });

        Assert.Equal(expected, (int)response.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, elevated.StatusCode);
    }

    [Fact]
    public async Task Page_configuration_names_the_assistant_and_no_build()
    {
        (int status, JsonElement body) = await gateway.JsonAsync(HttpMethod.Get, "/control-ui-config.json");
        (int refused, _) = await gateway.JsonAsync(HttpMethod.Get, "/control-ui-config.json", token: "");

        Assert.Equal((200, 401), (status, refused));
        Assert.Equal("main", body.GetProperty("assistantAgentId").GetString());
        Assert.Equal("2026.9.6", body.GetProperty("serverVersion").GetString());
        Assert.False(body.TryGetProperty("serverBuildId", out _));
    }

    private static string[] Roles(JsonElement page) =>
        [.. page.GetProperty("items").EnumerateArray().Select(row => row.GetProperty("role").GetString()!)];

    private static async Task<string> ReadUntil(StreamReader lines, string wanted)
    {
        string seen = "";
        while (!seen.Contains(wanted, StringComparison.Ordinal))
        {
            seen += await Guard.Within(lines.ReadLineAsync(), wanted) + "\n";
        }

        return seen;
    }
}
