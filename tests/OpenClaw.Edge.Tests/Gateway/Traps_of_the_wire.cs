using System.Diagnostics;
using System.Text.Json;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using OpenClaw.Edge.Tests.Functional;
using Xunit;

namespace OpenClaw.Edge.Tests.Gateway;

/// <summary>What surprises implementers of the protocol in frames, turns and sessions; numbers are those of the list of traps.</summary>
public sealed class Traps_of_the_wire : WithGateway
{
    private static readonly string[] EnvelopeMembers = ["error", "seq", "stateVersion", "recipientProfileId", "ok", "id", "event"];

    [Fact]
    public async Task Trap_01_no_optional_member_of_an_envelope_or_error_is_null()
    {
        using RawSocket socket = await RawSocket.ConnectAsync(Gateway.BaseUri, Home.Token);
        await socket.CallAsync("sessions.subscribe");
        await socket.CallAsync("no.such");
        await socket.CallAsync("sessions.patch");
        await TurnAsync(socket, "main", "hello", "null-1");

        Assert.True(socket.Seen.Count > 15);
        Assert.All(socket.Seen, frame => Assert.All(EnvelopeMembers, name => Assert.False(IsNull(frame, name), frame.GetRawText())));
        Assert.All(
            socket.Seen.Where(frame => frame.TryGetProperty("error", out _)),
            frame => Assert.All((string[])["details", "retryable", "retryAfterMs"], name => Assert.False(IsNull(frame.GetProperty("error"), name))));
    }

    [Fact]
    public async Task Traps_08_and_09_an_agent_call_is_answered_twice_under_its_id_and_the_run_is_named_by_its_key()
    {
        using RawSocket socket = await RawSocket.ConnectAsync(Gateway.BaseUri, Home.Token);
        JsonElement first = await socket.CallAsync("agent", """{"message":"hello","sessionKey":"agent:main:main","idempotencyKey":"run-8"}""");
        string id = first.GetProperty("id").GetString()!;
        JsonElement second = await socket.UntilAsync(frame => frame.TryGetProperty("id", out JsonElement of) && of.ValueEquals(id));
        JsonElement page = (await socket.CallAsync("chat.history", """{"sessionKey":"main","limit":10}""")).GetProperty("payload");

        Assert.Equal(("accepted", "run-8"), (Of(first, "status"), Of(first, "runId")));
        Assert.Equal(("ok", "run-8"), (Of(second, "status"), Of(second, "runId")));
        Assert.Equal("run-8:user", page.GetProperty("messages")[0].GetProperty("idempotencyKey").GetString());
    }

    [Fact]
    public async Task Traps_10_and_11_chat_text_adds_up_over_the_run_and_three_counters_count_apart()
    {
        Directory.CreateDirectory(Home.Workspace);
        await File.WriteAllTextAsync(Path.Combine(Home.Workspace, "note.txt"), "blue", TestContext.Current.CancellationToken);
        Model.Enqueue(ModelAnswer.Call("read", """{"path":"note.txt"}""") with { Pieces = ["Looking."] }, ModelAnswer.Say("Blue."));
        using RawSocket socket = await RawSocket.ConnectAsync(Gateway.BaseUri, Home.Token);
        await TurnAsync(socket, "main", "which?", "ten-1");
        JsonElement[] first = [.. Payloads(socket, "chat", "agent")];
        await TurnAsync(socket, "main", "again", "ten-2");
        JsonElement[] second = [.. Payloads(socket, "chat", "agent").Skip(first.Length)];

        JsonElement last = first.Last(payload => payload.TryGetProperty("state", out JsonElement state) && state.ValueEquals("delta"));
        JsonElement[] words = [.. first.Where(payload => payload.TryGetProperty("stream", out JsonElement stream) && stream.ValueEquals("assistant"))];
        Assert.Equal("Looking.\n\nBlue.", GatewayTestClient.TextOf(last.GetProperty("message")));
        Assert.Equal("\n\nBlue.", last.GetProperty("deltaText").GetString());
        Assert.Equal("Blue.", words[^1].GetProperty("data").GetProperty("text").GetString());
        Assert.NotEqual(words[0].GetProperty("data").GetProperty("itemId").GetString(), words[^1].GetProperty("data").GetProperty("itemId").GetString());
        Assert.Equal(1, second[0].GetProperty("seq").GetInt64());
        Assert.Equal(first.Select(Seq).Order(), first.Select(Seq));
        long[] frames = [.. socket.Seen.Where(frame => frame.TryGetProperty("seq", out _)).Select(Seq)];
        Assert.Equal(Enumerable.Range(1, frames.Length).Select(number => (long)number), frames);
    }

    [Fact]
    public async Task Trap_12_turns_need_no_subscription_and_session_events_do()
    {
        using RawSocket socket = await RawSocket.ConnectAsync(Gateway.BaseUri, Home.Token, caps: "");
        await TurnAsync(socket, "main", "hello", "sub-1");
        string[] without = Events(socket);
        await socket.CallAsync("sessions.subscribe");
        await TurnAsync(socket, "main", "hello", "sub-2");

        Assert.Contains("chat", without);
        Assert.Contains("agent", without);
        Assert.DoesNotContain(without, name => name is "sessions.changed" or "session.message");
        Assert.Contains("sessions.changed", Events(socket));
        Assert.Contains("session.message", Events(socket));
    }

    [Fact]
    public async Task Trap_13_an_abort_is_told_before_it_is_answered()
    {
        Model.Enqueue(new ModelAnswer { Pieces = ["kept", " lost"], HoldRest = new TaskCompletionSource().Task });
        using RawSocket socket = await RawSocket.ConnectAsync(Gateway.BaseUri, Home.Token);
        await socket.CallAsync("chat.send", """{"sessionKey":"main","message":"talk","idempotencyKey":"stop-1"}""");
        await socket.UntilAsync(frame => State(frame) == "delta");

        await socket.CallAsync("chat.abort", """{"sessionKey":"main"}""");

        Assert.Contains(socket.Seen.SkipLast(1), frame => State(frame) == "aborted");
        Assert.Equal("res", socket.Seen[^1].GetProperty("type").GetString());
    }

    [Fact]
    public async Task Trap_14_events_have_the_whole_key_and_history_echoes_what_was_asked()
    {
        await using GatewayTestClient client = await Gateway.ConnectAsync();
        ChatTurn turn = await client.ChatAsync("main", "hello");
        JsonElement final = await client.ChatEventAsync(turn.RunId, "final");

        Assert.Equal("agent:main:main", final.GetProperty("sessionKey").GetString());
        Assert.Equal("main", (await client.CallAsync("chat.history", """{"sessionKey":"main"}""")).GetProperty("sessionKey").GetString());
    }

    [Fact]
    public async Task Trap_15_an_unknown_session_has_an_empty_history_is_made_by_a_patch_and_the_main_one_stays()
    {
        await using GatewayTestClient client = await Gateway.ConnectAsync();

        Assert.Empty((await client.CallAsync("chat.history", """{"sessionKey":"nobody"}""")).GetProperty("messages").EnumerateArray());
        await client.CallAsync("sessions.patch", """{"key":"agent:main:fresh","label":"Fresh"}""");
        JsonElement list = await client.CallAsync("sessions.list", """{"limit":50}""");
        await client.ChatAsync("main", "hello");
        GatewayCallException kept = await RefusedAsync(client, "sessions.delete", """{"key":"agent:main:main"}""");

        Assert.Contains(list.GetProperty("sessions").EnumerateArray(), row => row.GetProperty("key").ValueEquals("agent:main:fresh"));
        Assert.Contains("main", kept.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Trap_16_a_reset_keeps_the_session_id_and_moves_the_lifecycle_revision()
    {
        await using GatewayTestClient client = await Gateway.ConnectAsync();
        await client.ChatAsync("main", "hello");
        JsonElement before = (await client.CallAsync("sessions.patch", """{"key":"agent:main:main","label":"Mine"}""")).GetProperty("entry");
        JsonElement after = (await client.CallAsync("sessions.reset", """{"key":"agent:main:main"}""")).GetProperty("entry");
        JsonElement page = await client.CallAsync("chat.history", """{"sessionKey":"main"}""");

        Assert.Equal(before.GetProperty("sessionId").GetString(), after.GetProperty("sessionId").GetString());
        Assert.NotEqual(before.GetProperty("lifecycleRevision").ToString(), after.GetProperty("lifecycleRevision").ToString());
        JsonElement first = page.GetProperty("messages")[0];
        Assert.Equal("system", first.GetProperty("role").GetString());
        Assert.Contains("Reset", first.GetRawText(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Trap_17_some_answers_are_bare_lists_or_null_and_a_failing_tool_is_an_answer()
    {
        await using GatewayTestClient client = await Gateway.ConnectAsync();
        foreach (string method in (string[])["exec.approval.list", "plugin.approval.list", "system-presence"])
        {
            Assert.Equal(JsonValueKind.Array, (await client.CallAsync(method)).ValueKind);
        }

        Assert.Equal(JsonValueKind.Null, (await client.CallAsync("last-heartbeat")).ValueKind);
        JsonElement tool = await client.CallAsync("tools.invoke", """{"name":"read","args":{"path":"missing.txt"}}""");
        Assert.False(tool.GetProperty("ok").GetBoolean());
    }

    [Fact]
    public async Task Trap_18_with_no_other_who_could_approve_a_request_has_no_decision_at_once()
    {
        await using GatewayTestClient alone = await Gateway.ConnectAsync("operator.approvals");

        JsonElement decided = await alone.CallAsync("exec.approval.request", """{"command":"ls","timeoutMs":600000}""");

        Assert.Equal(JsonValueKind.Null, decided.GetProperty("decision").ValueKind);
    }

    [Fact]
    public async Task Trap_19_lists_page_and_hello_names_only_what_works()
    {
        await using GatewayTestClient client = await Gateway.ConnectAsync();
        JsonElement jobs = await client.CallAsync("cron.list", """{"limit":10,"offset":0}""");

        Assert.All((string[])["jobs", "total", "offset", "limit", "hasMore"], name => Assert.True(jobs.TryGetProperty(name, out _), name));
        Assert.Equal(JsonValueKind.Null, jobs.GetProperty("nextOffset").ValueKind);
        string[] methods = Texts(client.Hello.GetProperty("features").GetProperty("methods"));
        Assert.Contains("chat.send", methods);
        foreach (string method in methods.Where(name => name is not "connect"))
        {
            using RawSocket socket = await RawSocket.ConnectAsync(Gateway.BaseUri, Home.Token, scopes: "");
            JsonElement answer = await socket.CallAsync(method);
            Assert.DoesNotContain("unknown method", answer.GetRawText(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Trap_22_the_timeout_of_an_agent_call_is_in_seconds()
    {
        Model.Enqueue(new ModelAnswer { Pieces = ["a", "b"], HoldRest = new TaskCompletionSource().Task });
        using RawSocket socket = await RawSocket.ConnectAsync(Gateway.BaseUri, Home.Token);
        long began = Stopwatch.GetTimestamp();
        JsonElement first = await socket.CallAsync("agent", """{"message":"slow","sessionKey":"agent:main:main","idempotencyKey":"time-1","timeout":1}""");
        JsonElement second = await socket.UntilAsync(frame => frame.TryGetProperty("id", out JsonElement id) && id.ValueEquals(first.GetProperty("id").GetString()));

        Assert.InRange(Stopwatch.GetElapsedTime(began).TotalMilliseconds, 950, 14_000);
        Assert.Equal("timeout", Of(second, "status"));
    }

    [Fact]
    public async Task Trap_34_the_gateway_is_first_among_those_present_and_passing_clients_are_not_there()
    {
        await using GatewayTestClient backend = await Gateway.ConnectAsync();
        await using GatewayTestClient app = await GatewayTestClient.OpenAsync(Gateway.BaseUri);
        await app.HandshakeAsync($$"""{"minProtocol":4,"maxProtocol":4,"client":{"id":"openclaw-macos","version":"1","platform":"darwin","mode":"ui","instanceId":"mac-1"},"auth":{"token":"{{Home.Token}}"} }""");

        JsonElement[] rows = [.. (await backend.CallAsync("system-presence")).EnumerateArray()];

        Assert.Equal(["gateway", "ui"], rows.Select(row => row.GetProperty("mode").GetString()));
    }

    private static async Task TurnAsync(RawSocket socket, string session, string message, string key)
    {
        await socket.CallAsync("chat.send", $$"""{"sessionKey":"{{session}}","message":"{{message}}","idempotencyKey":"{{key}}"}""");
        await socket.UntilAsync(frame => State(frame) == "final" && frame.GetProperty("payload").GetProperty("runId").ValueEquals(key));
        await socket.CallAsync("last-heartbeat");
    }

    private static IEnumerable<JsonElement> Payloads(RawSocket socket, params string[] events) => socket.Seen
        .Where(frame => frame.TryGetProperty("event", out JsonElement name) && events.Contains(name.GetString()))
        .Select(frame => frame.GetProperty("payload"));

    private static string[] Events(RawSocket socket) =>
        [.. socket.Seen.Where(frame => frame.TryGetProperty("event", out _)).Select(frame => frame.GetProperty("event").GetString()!).Distinct()];

    private static string? State(JsonElement frame) =>
        frame.TryGetProperty("event", out JsonElement name) && name.ValueEquals("chat") ? frame.GetProperty("payload").GetProperty("state").GetString() : null;

    private static string? Of(JsonElement frame, string name) => frame.GetProperty("payload").GetProperty(name).GetString();

    private static long Seq(JsonElement frame) => frame.GetProperty("seq").GetInt64();

    private static bool IsNull(JsonElement element, string name) => element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Null;
}
