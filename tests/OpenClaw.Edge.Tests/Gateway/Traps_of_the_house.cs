using System.Text.Json;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.Tests.Functional;
using Xunit;

namespace OpenClaw.Edge.Tests.Gateway;

/// <summary>What surprises those who put something beside or in front of a gateway; numbers are those of the list of traps. Where this
/// gateway does otherwise than the original on purpose, docs/differences.md says why.</summary>
public sealed class Traps_of_the_house() : WithGateway("hooks: { enabled: true, token: 'hook-token-0123456789abcdef' },")
{
    [Fact]
    public async Task Trap_20_the_hash_of_the_configuration_goes_back_as_it_came_and_hidden_secrets_stay()
    {
        await using GatewayTestClient client = await Gateway.ConnectAsync();
        JsonElement config = await client.CallAsync("config.get");
        string hash = config.GetProperty("hash").GetString()!;
        string raw = config.GetProperty("raw").GetRawText();
        await client.CallAsync("config.set", $$"""{"raw":{{raw}},"baseHash":"{{hash}}"}""");

        Assert.DoesNotContain(Home.Token, config.GetRawText(), StringComparison.Ordinal);
        Assert.Contains(Home.Token, await File.ReadAllTextAsync(Home.ConfigPath, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        await RefusedAsync(client, "config.set", $$"""{"raw":{{raw}},"baseHash":"0000"}""");
    }

    [Fact]
    public async Task Trap_21_the_schema_fits_a_frame()
    {
        await using GatewayTestClient client = await Gateway.ConnectAsync();

        string schema = (await client.CallAsync("config.schema")).GetRawText();

        Assert.InRange(schema.Length, 10_000, client.Hello.GetProperty("policy").GetProperty("maxPayload").GetInt32());
    }

    [Fact]
    public async Task Trap_23_a_wrong_path_does_not_look_healthy_and_metrics_are_metrics()
    {
        using HttpResponseMessage page = await Gateway.SendAsync(HttpMethod.Get, "/no/such/page");
        using HttpResponseMessage metrics = await Gateway.SendAsync(HttpMethod.Get, "/metrics");

        Assert.Equal(404, (int)page.StatusCode);
        Assert.Contains("# TYPE ", await metrics.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("openclaw", 200)]
    [InlineData("openclaw/main", 200)]
    [InlineData("openclaw/ghost", 400)]
    public async Task Trap_25_model_names_an_agent(string model, int status)
    {
        (int answered, _) = await Gateway.JsonAsync(HttpMethod.Post, "/v1/chat/completions", $$"""{"model":"{{model}}","messages":[{"role":"user","content":"hi"}]}""");

        Assert.Equal(status, answered);
    }

    [Fact]
    public async Task Trap_26_one_port_speaks_of_errors_in_three_shapes()
    {
        using HttpResponseMessage hook = await Gateway.SendAsync(HttpMethod.Post, "/hooks/wake", """{"text":"x"}""", token: "wrong");
        (int tool, JsonElement toolBody) = await Gateway.JsonAsync(HttpMethod.Post, "/tools/invoke", """{"tool":"no_such_tool"}""");
        (int model, JsonElement modelBody) = await Gateway.JsonAsync(HttpMethod.Post, "/v1/chat/completions", "{}");

        Assert.Equal((401, "text/plain"), ((int)hook.StatusCode, hook.Content.Headers.ContentType?.MediaType));
        Assert.Equal(404, tool);
        Assert.False(toolBody.GetProperty("ok").GetBoolean());
        Assert.NotEmpty(toolBody.GetProperty("error").GetProperty("type").GetString()!);
        Assert.Equal(400, model);
        Assert.NotEmpty(modelBody.GetProperty("error").GetProperty("message").GetString()!);
        Assert.NotEmpty(modelBody.GetProperty("error").GetProperty("type").GetString()!);
        Assert.False(modelBody.TryGetProperty("ok", out _));
    }

    [Fact]
    public async Task Trap_27_a_session_is_not_killed_over_http_by_the_shared_secret()
    {
        (int status, JsonElement why) = await Gateway.JsonAsync(HttpMethod.Post, "/sessions/agent:main:main/kill", "{}");

        Assert.Equal(403, status);
        Assert.Equal("missing scope: operator.admin", why.GetProperty("error").GetProperty("message").GetString());
    }

    [Fact]
    public async Task Trap_28_a_node_is_in_at_once_and_useful_after_its_second_pairing()
    {
        await using GatewayTestClient owner = await Gateway.ConnectAsync("operator.admin");
        await using GatewayTestClient node = await new TestDevice().ConnectAsync(
            Gateway.BaseUri, new Dictionary<string, string> { ["token"] = Home.Token }, role: "node", client: "node-host", mode: "node",
            more: ""","caps":["camera"],"commands":["camera.snap"]""");
        JsonElement before = Assert.Single((await owner.CallAsync("node.list")).GetProperty("nodes").EnumerateArray());
        JsonElement asked = await owner.NextEventAsync(frame => frame.GetProperty("event").ValueEquals("node.pair.requested"));
        string request = asked.GetProperty("payload").GetProperty("requestId").GetString()!;
        await owner.CallAsync("node.pair.approve", $$"""{"requestId":"{{request}}"}""");
        JsonElement after = Assert.Single((await owner.CallAsync("node.list")).GetProperty("nodes").EnumerateArray());

        Assert.Empty(Texts(before.GetProperty("caps")));
        Assert.Empty(Texts(before.GetProperty("commands")));
        Assert.Equal(["camera"], Texts(after.GetProperty("caps")));
        Assert.Equal(["camera.snap"], Texts(after.GetProperty("commands")));
    }

    [Fact]
    public async Task Trap_30_sessions_are_in_the_database_and_in_no_file()
    {
        await using GatewayTestClient client = await Gateway.ConnectAsync();
        await client.ChatAsync("main", "hello");

        Assert.True(File.Exists(Home.DatabasePath));
        Assert.DoesNotContain(
            Directory.EnumerateFiles(Home.StateDir, "*", SearchOption.AllDirectories),
            path => Path.GetFileName(path) == "sessions.json" || path.EndsWith(".jsonl", StringComparison.Ordinal));
    }
}
