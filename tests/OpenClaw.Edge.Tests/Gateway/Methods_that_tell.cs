using System.Diagnostics;
using System.Text.Json;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using OpenClaw.Edge.Tests.Functional;
using Xunit;

namespace OpenClaw.Edge.Tests.Gateway;

/// <summary>Methods whose answers come from other parts of the gateway: injected notes, usage, identity, configuration, port, log.</summary>
public sealed class Methods_that_tell : IAsyncLifetime
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
    public async Task An_injected_note_is_told_then_answered_and_kept()
    {
        using RawSocket client = await RawSocket.ConnectAsync(gateway.BaseUri, home.Token, "\"operator.admin\"");
        await client.CallAsync("sessions.messages.subscribe", """{"key":"notes"}""");
        JsonElement early = await client.CallAsync("chat.inject", """{"sessionKey":"notes","message":"Too early."}""");
        Assert.Equal("session not found", early.GetProperty("error").GetProperty("message").GetString());
        await client.CallAsync("sessions.create", """{"key":"notes"}""");
        client.Seen.Clear();

        JsonElement response = await client.CallAsync("chat.inject", """{"sessionKey":"notes","message":"The door is open.","label":"house"}""");
        JsonElement history = await client.CallAsync("chat.history", """{"sessionKey":"notes"}""");

        string id = response.GetProperty("payload").GetProperty("messageId").GetString()!;
        Assert.Equal(["chat", "session.message"], client.Seen.Take(2).Select(frame => frame.GetProperty("event").GetString()));
        Assert.Equal("res", client.Seen[2].GetProperty("type").GetString());
        JsonElement final = client.Seen[0].GetProperty("payload");
        Assert.Equal(
            ($"inject-{id}", 0, "final", "agent:main:notes", "[house]\n\nThe door is open."),
            (final.GetProperty("runId").GetString(), final.GetProperty("seq").GetInt32(), final.GetProperty("state").GetString(),
                final.GetProperty("sessionKey").GetString(), GatewayTestClient.TextOf(final.GetProperty("message"))));
        JsonElement kept = Assert.Single(history.GetProperty("payload").GetProperty("messages").EnumerateArray());
        Assert.Equal(
            ("assistant", "openclaw", "gateway-injected", id),
            (kept.GetProperty("role").GetString(), kept.GetProperty("provider").GetString(), kept.GetProperty("model").GetString(),
                kept.GetProperty("__openclaw").GetProperty("id").GetString()));
    }

    [Fact]
    public async Task Injecting_needs_admin_and_is_announced()
    {
        await using GatewayTestClient client = await gateway.ConnectAsync("operator.read", "operator.write");

        GatewayCallException refused = await Assert.ThrowsAsync<GatewayCallException>(
            () => client.CallAsync("chat.inject", """{"sessionKey":"notes","message":"no"}"""));

        Assert.Equal("FORBIDDEN", refused.Code);
        string[] announced = [.. client.Hello.GetProperty("features").GetProperty("methods").EnumerateArray().Select(name => name.GetString()!)];
        Assert.Empty(((string[])["chat.inject", "gateway.identity.get", "usage.cost", "usage.status", "sessions.usage"]).Except(announced));
    }

    [Fact]
    public async Task Usage_adds_up_over_turns_sessions_and_models()
    {
        model.Enqueue(
            new ModelAnswer { Pieces = ["a"], PromptTokens = 100, CompletionTokens = 7 },
            new ModelAnswer { Pieces = ["b"], PromptTokens = 50, CompletionTokens = 3 });
        await using GatewayTestClient client = await gateway.ConnectAsync();
        await client.ChatAsync("one", "hi");
        await client.ChatAsync("two", "hi");

        JsonElement cost = await client.CallAsync("usage.cost", """{"days":7}""");
        JsonElement sessions = await client.CallAsync("sessions.usage");
        JsonElement one = await client.CallAsync("sessions.usage", """{"key":"one"}""");
        JsonElement status = await client.CallAsync("usage.status");

        Assert.Equal((7, 150, 10, 160), (cost.GetProperty("days").GetInt32(), Sum(cost, "input"), Sum(cost, "output"), Sum(cost, "totalTokens")));
        Assert.Equal(10, Assert.Single(cost.GetProperty("daily").EnumerateArray()).GetProperty("output").GetInt32());
        Assert.Equal(
            ["agent:main:one", "agent:main:two"],
            sessions.GetProperty("sessions").EnumerateArray().Select(row => row.GetProperty("key").GetString()).Order());
        JsonElement byModel = Assert.Single(sessions.GetProperty("aggregates").GetProperty("byModel").EnumerateArray());
        Assert.Equal(("lab", "scripted:8b", 2), (byModel.GetProperty("provider").GetString(), byModel.GetProperty("model").GetString(), byModel.GetProperty("count").GetInt32()));
        Assert.Equal(107, Sum(one, "totalTokens"));
        Assert.Equal(0, status.GetProperty("providers").GetArrayLength());
    }

    [Fact]
    public async Task Usage_of_a_day_that_is_none_is_refused()
    {
        await using GatewayTestClient client = await gateway.ConnectAsync();

        GatewayCallException refused = await Assert.ThrowsAsync<GatewayCallException>(
            () => client.CallAsync("usage.cost", """{"startDate":"yesterday"}"""));

        Assert.Equal("INVALID_REQUEST: invalid startDate: expected a valid YYYY-MM-DD calendar date", refused.Message);
    }

    [Fact]
    public async Task The_gateway_keeps_its_identity_over_a_restart()
    {
        string before = await IdentityAsync();
        await gateway.StopAsync();
        await gateway.DisposeAsync();
        gateway = await RunningGateway.StartAsync(home);

        Assert.Equal(before, await IdentityAsync());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(home.StateDir, "identity", "gateway.key")));
    }

    [Fact]
    public async Task Port_and_log_file_are_the_real_ones()
    {
        await using GatewayTestClient client = await gateway.ConnectAsync();

        JsonElement system = await client.CallAsync("system.info");
        JsonElement log = await client.CallAsync("logs.tail");
        long began = Stopwatch.GetTimestamp();
        while (!SaysListening(log) && Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(5))
        {
            log = await client.CallAsync("logs.tail"); // the log has a writer of its own, which may be a moment behind
        }

        Assert.Equal(gateway.BaseUri.Port, system.GetProperty("port").GetInt32());
        Assert.Equal(Path.Combine(home.StateDir, "logs", "openclaw.log"), log.GetProperty("file").GetString());
        Assert.True(SaysListening(log), log.GetRawText());
    }

    [Fact]
    public async Task Log_that_was_moved_away_a_moment_ago_still_gives_its_last_lines()
    {
        await using GatewayTestClient client = await gateway.ConnectAsync();
        JsonElement log = await client.CallAsync("logs.tail");
        long began = Stopwatch.GetTimestamp();
        while (!SaysListening(log) && Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(15))
        {
            log = await client.CallAsync("logs.tail");
        }

        string path = log.GetProperty("file").GetString()!;
        long cursor = log.GetProperty("cursor").GetInt64();
        await File.AppendAllTextAsync(path, "{\"last\":\"line\"}\n");
        File.Move(path, path + ".1");
        JsonElement after = await client.CallAsync("logs.tail", $$"""{"cursor":{{cursor}}}""");
        JsonElement plain = await client.CallAsync("logs.tail");

        Assert.True(after.GetProperty("reset").GetBoolean(), after.GetRawText());
        Assert.Contains("{\"last\":\"line\"}", after.GetProperty("lines").EnumerateArray().Select(line => line.GetString()));
        Assert.DoesNotContain("{\"last\":\"line\"}", plain.GetProperty("lines").EnumerateArray().Select(line => line.GetString()));
    }

    [Fact]
    public async Task Reload_takes_a_good_file_and_names_what_is_wrong_with_a_bad_one()
    {
        await using GatewayTestClient client = await gateway.ConnectAsync();
        home.WriteConfig("logging: { level: 'debug' },");
        JsonElement good = await client.CallAsync("edge.config.reload");
        JsonElement config = await client.CallAsync("config.get");
        home.WriteRawConfig("{ logging: ");
        JsonElement bad = await client.CallAsync("edge.config.reload");
        JsonElement kept = await client.CallAsync("config.get");

        Assert.True(good.GetProperty("ok").GetBoolean(), good.GetRawText());
        Assert.Equal("debug", Level(config));
        Assert.False(bad.GetProperty("ok").GetBoolean());
        Assert.NotEqual(0, bad.GetProperty("issues").GetArrayLength());
        Assert.Equal("debug", Level(kept));
    }

    [Fact]
    public async Task An_address_that_guessed_too_often_gets_no_socket()
    {
        string origin = $"Origin: http://{gateway.BaseUri.Authority}";
        for (int attempt = 0; attempt < 10; attempt++)
        {
            (RawSocket guess, _) = await RawSocket.AskAsync(gateway.BaseUri, origin);
            using (guess)
            {
                await guess.NextAsync("connect.challenge");
                await guess.CallAsync("connect", """{"minProtocol":4,"maxProtocol":4,"client":{"id":"cli","version":"1","platform":"linux","mode":"cli"},"auth":{"token":"wrong"}}""");
            }
        }

        (RawSocket refused, string head) = await RawSocket.AskAsync(gateway.BaseUri, origin);
        refused.Dispose();
        using RawSocket elsewhere = await RawSocket.ConnectAsync(gateway.BaseUri, home.Token); // loopback without a page is exempt

        Assert.StartsWith("HTTP/1.1 429 ", head);
        string seconds = head.Split("\r\n").Single(line => line.StartsWith("Retry-After: ", StringComparison.OrdinalIgnoreCase))[13..];
        Assert.InRange(int.Parse(seconds), 290, 300);
    }

    private async Task<string> IdentityAsync()
    {
        await using GatewayTestClient client = await gateway.ConnectAsync();
        JsonElement identity = await client.CallAsync("gateway.identity.get");
        Assert.Equal((64, 43), (identity.GetProperty("deviceId").GetString()!.Length, identity.GetProperty("publicKey").GetString()!.Length));
        return identity.GetRawText();
    }

    private static bool SaysListening(JsonElement log) =>
        log.GetProperty("lines").EnumerateArray().Any(line => line.GetString()!.Contains("Listening on", StringComparison.Ordinal));

    private static string? Level(JsonElement config) =>
        config.GetProperty("runtimeConfig").GetProperty("logging").GetProperty("level").GetString();

    private static int Sum(JsonElement usage, string member) => usage.GetProperty("totals").GetProperty(member).GetInt32();
}
