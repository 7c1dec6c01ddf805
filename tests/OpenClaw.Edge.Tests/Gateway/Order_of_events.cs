using System.Text.Json;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using OpenClaw.Edge.Tests.Functional;
using Xunit;

namespace OpenClaw.Edge.Tests.Gateway;

/// <summary>What comes after what in a turn, and who gets it. Source: docs/protocol.md, transcripts.</summary>
public sealed class Order_of_events : IAsyncLifetime
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
    public async Task A_tool_turn_tells_item_tool_result_item_and_only_the_requester_with_the_cap_sees_tools()
    {
        Directory.CreateDirectory(home.Workspace);
        await File.WriteAllTextAsync(Path.Combine(home.Workspace, "note.txt"), "blue");
        model.Enqueue(ModelAnswer.Call("read", """{"path":"note.txt"}""", "call_1"), ModelAnswer.Say("Blue."));
        using RawSocket requester = await RawSocket.ConnectAsync(gateway.BaseUri, home.Token);
        using RawSocket capless = await RawSocket.ConnectAsync(gateway.BaseUri, home.Token, caps: "");
        using RawSocket subscriber = await RawSocket.ConnectAsync(gateway.BaseUri, home.Token, caps: "");
        await subscriber.CallAsync("sessions.subscribe");

        await requester.CallAsync("chat.send", """{"sessionKey":"main","message":"which colour?","idempotencyKey":"tool-1"}""");
        await Task.WhenAll(((RawSocket[])[requester, capless, subscriber]).Select(EndAsync));

        Assert.Equal(
            ["item start running", "tool start", "tool result", "item end completed"],
            Steps(requester.Seen));
        Assert.Equal(["item start running", "item end completed"], Steps(capless.Seen));
        Assert.Equal(["item start running", "session.tool start", "session.tool result", "item end completed"], Steps(subscriber.Seen));
        JsonElement[] run = [.. requester.Seen.Where(IsRun).Select(frame => frame.GetProperty("payload"))];
        Assert.Equal("lifecycle end", Steps(run[^2]));
        Assert.Equal("final", run[^1].GetProperty("state").GetString());
        Assert.True(run.Zip(run.Skip(1)).All(pair => pair.First.GetProperty("seq").GetInt64() <= pair.Second.GetProperty("seq").GetInt64()));
        JsonElement tool = requester.Seen.First(frame => StreamOf(frame) == "tool").GetProperty("payload");
        Assert.Equal("call_1", tool.GetProperty("data").GetProperty("toolCallId").GetString());
        Assert.Equal("note.txt", tool.GetProperty("data").GetProperty("args").GetProperty("path").GetString());
    }

    [Fact]
    public async Task Abort_is_told_before_it_is_answered()
    {
        model.Enqueue(new ModelAnswer { Pieces = ["kept", " lost"], HoldRest = new TaskCompletionSource().Task, HoldAt = 1 });
        using RawSocket client = await RawSocket.ConnectAsync(gateway.BaseUri, home.Token);
        await client.CallAsync("chat.send", """{"sessionKey":"main","message":"talk","idempotencyKey":"abort-1"}""");
        await client.UntilAsync(frame => StateOf(frame) == "delta");
        client.Seen.Clear();

        JsonElement response = await client.CallAsync("chat.abort", """{"sessionKey":"main","runId":"abort-1"}""");
        JsonElement[] before = [.. client.Seen.Where(IsRun).SkipWhile(frame => StateOf(frame) != "aborted").Select(frame => frame.GetProperty("payload"))];

        Assert.Equal("abort-1", response.GetProperty("payload").GetProperty("runIds")[0].GetString());
        Assert.Equal("aborted", before[0].GetProperty("state").GetString());
        Assert.Equal("rpc", before[0].GetProperty("stopReason").GetString());
        Assert.Equal("kept", GatewayTestClient.TextOf(before[0].GetProperty("message")));
        Assert.Equal(["lifecycle end", "lifecycle model", "lifecycle error"], before[1..4].Select(Steps));
        Assert.DoesNotContain(client.Seen, frame => StreamOf(frame) == "lifecycle" && Steps(frame.GetProperty("payload")) == "lifecycle finishing");
        Assert.Equal("aborted", before[3].GetProperty("data").GetProperty("stopReason").GetString());
        Assert.Equal("cancelled", before[1].GetProperty("data").GetProperty("status").GetString());
        Assert.Equal("""{"runId":"abort-1","status":"timeout","summary":"aborted","stopReason":"rpc"}""", await DuplicateAsync(client, "abort-1"));
    }

    [Fact]
    public async Task A_failed_message_is_told_as_two_chat_errors_the_second_one_as_its_reply()
    {
        using RawSocket client = await RawSocket.ConnectAsync(gateway.BaseUri, home.Token);
        await client.CallAsync("chat.send", """{"sessionKey":"main","message":"[fault:400]","idempotencyKey":"bad-1"}""");
        JsonElement error = (await client.UntilAsync(frame => StateOf(frame) == "error")).GetProperty("payload");
        JsonElement reply = (await client.UntilAsync(frame => StateOf(frame) == "error")).GetProperty("payload");
        await client.CallAsync("last-heartbeat");

        Assert.Equal(2, client.Seen.Count(frame => StateOf(frame) == "error"));
        Assert.Equal(400, error.GetProperty("errorDetail").GetProperty("httpStatus").GetInt32());
        Assert.Equal("lab", error.GetProperty("errorDetail").GetProperty("provider").GetString());
        Assert.Equal(("bad-1", 1), (reply.GetProperty("runId").GetString(), reply.GetProperty("seq").GetInt32()));
        Assert.Equal(
            $"⚠️ Agent failed before reply: {error.GetProperty("errorMessage").GetString()}.\nTo view logs, run `openclaw logs --follow` in a terminal.",
            reply.GetProperty("errorMessage").GetString());
        Assert.False(reply.TryGetProperty("errorDetail", out _));
        Assert.Equal(
            ["lifecycle start", "lifecycle model", "lifecycle finishing", "lifecycle model", "lifecycle fallback_step", "lifecycle error"],
            client.Seen.Where(frame => StreamOf(frame) == "lifecycle").Select(frame => Steps(frame.GetProperty("payload"))));
        foreach (JsonElement told in client.Seen.Where(frame => StreamOf(frame) == "lifecycle").Select(frame => frame.GetProperty("payload")))
        {
            Assert.Equal(
                Steps(told) is "lifecycle finishing" or "lifecycle error",
                told.GetProperty("data").TryGetProperty("errorObservation", out JsonElement seen) && seen.GetProperty("failoverReason").GetString() == "format");
        }
    }

    [Fact]
    public async Task A_failed_call_of_agent_is_told_as_one_chat_error()
    {
        using RawSocket client = await RawSocket.ConnectAsync(gateway.BaseUri, home.Token);
        await client.CallAsync("agent", """{"sessionKey":"main","message":"[fault:400]","idempotencyKey":"bad-2"}""");
        await client.UntilAsync(frame => StateOf(frame) == "error");
        await client.CallAsync("agent.wait", """{"runId":"bad-2"}""");
        await client.CallAsync("last-heartbeat");

        Assert.Single(client.Seen, frame => StateOf(frame) == "error");
    }

    [Fact]
    public async Task An_empty_answer_is_followed_by_a_second_start_of_the_same_run()
    {
        model.Enqueue(new ModelAnswer { CompletionTokens = 1 }, ModelAnswer.Say("Now I speak."));
        using RawSocket client = await RawSocket.ConnectAsync(gateway.BaseUri, home.Token);
        await client.CallAsync("sessions.subscribe");
        await client.CallAsync("chat.send", """{"sessionKey":"main","message":"speak","idempotencyKey":"mute-1"}""");
        await EndAsync(client);

        Assert.Equal(
            ["status preparing_workspace", "status preparing_context", "status starting_model", "status preparing_context", "status starting_model", "delta ", "final "],
            client.Seen.Where(frame => StateOf(frame) is not null).Select(frame => frame.GetProperty("payload"))
                .Select(chat => $"{chat.GetProperty("state").GetString()} {(chat.TryGetProperty("phase", out JsonElement phase) ? phase.GetString() : "")}"));
        Assert.Equal(
            ["start", "model", "finishing", "start", "model", "finishing", "model", "end"],
            client.Seen.Where(frame => StreamOf(frame) == "lifecycle").Select(frame => frame.GetProperty("payload").GetProperty("data").GetProperty("phase").GetString()!));
        Assert.Single(client.Seen, frame => frame.TryGetProperty("event", out JsonElement name) && name.ValueEquals("sessions.changed")
            && frame.GetProperty("payload").TryGetProperty("reason", out JsonElement reason) && reason.GetString() == "agent.run.started");
    }

    [Fact]
    public async Task A_duplicate_is_in_flight_and_then_ok()
    {
        TaskCompletionSource rest = new();
        model.Enqueue(new ModelAnswer { Pieces = ["one", " two"], HoldRest = rest.Task, HoldAt = 1 });
        using RawSocket client = await RawSocket.ConnectAsync(gateway.BaseUri, home.Token);
        await client.CallAsync("chat.send", """{"sessionKey":"main","message":"talk","idempotencyKey":"dup-1"}""");
        await client.UntilAsync(frame => StateOf(frame) == "delta");

        string during = await DuplicateAsync(client, "dup-1");
        rest.SetResult();
        await EndAsync(client);
        string after = await DuplicateAsync(client, "dup-1");

        Assert.Equal("""{"runId":"dup-1","status":"in_flight"}""", during);
        Assert.Equal("""{"runId":"dup-1","status":"ok"}""", after);
        Assert.Single(model.ChatRequests);
    }

    [Fact]
    public async Task A_used_key_with_another_message_is_a_conflict_also_after_a_restart()
    {
        using RawSocket client = await RawSocket.ConnectAsync(gateway.BaseUri, home.Token);
        await client.CallAsync("chat.send", """{"sessionKey":"main","message":"talk","idempotencyKey":"key-1"}""");
        await EndAsync(client);

        JsonElement other = await client.CallAsync("chat.send", """{"sessionKey":"main","message":"sing","idempotencyKey":"key-1"}""");
        JsonElement elsewhere = await client.CallAsync("chat.send", """{"sessionKey":"else","message":"talk","idempotencyKey":"key-1"}""");
        await gateway.DisposeAsync();
        gateway = await RunningGateway.StartAsync(home);
        using RawSocket later = await RawSocket.ConnectAsync(gateway.BaseUri, home.Token);
        JsonElement restarted = await later.CallAsync("chat.send", """{"sessionKey":"main","message":"sing","idempotencyKey":"key-1"}""");

        foreach (JsonElement answer in (JsonElement[])[other, elsewhere, restarted])
        {
            Assert.Equal("INVALID_REQUEST", answer.GetProperty("error").GetProperty("code").GetString());
            Assert.Equal("chat-request-conflict", answer.GetProperty("error").GetProperty("details").GetProperty("reason").GetString());
        }

        Assert.Equal("""{"runId":"key-1","status":"ok"}""", await DuplicateAsync(later, "key-1"));
        Assert.Single(model.ChatRequests);
    }

    [Fact]
    public async Task Every_event_of_a_connection_has_the_next_number()
    {
        using RawSocket first = await RawSocket.ConnectAsync(gateway.BaseUri, home.Token);
        using RawSocket second = await RawSocket.ConnectAsync(gateway.BaseUri, home.Token);
        await second.CallAsync("sessions.subscribe");
        await first.CallAsync("chat.send", """{"sessionKey":"main","message":"[tokens:50]","idempotencyKey":"seq-1"}""");
        await Task.WhenAll(EndAsync(first), EndAsync(second));

        foreach (RawSocket socket in (RawSocket[])[first, second])
        {
            long[] numbers = [.. socket.Seen.Where(frame => frame.TryGetProperty("seq", out _)).Select(frame => frame.GetProperty("seq").GetInt64())];
            Assert.Equal([.. Enumerable.Range(1, numbers.Length).Select(number => (long)number)], numbers);
        }
    }

    [Fact]
    public async Task Shutdown_is_told_before_the_close()
    {
        using RawSocket client = await RawSocket.ConnectAsync(gateway.BaseUri, home.Token);
        Task stopping = gateway.StopAsync();

        JsonElement told = await client.NextAsync("shutdown");
        (int opcode, byte[] payload) = await client.ReadAsync();
        await client.SendAsync(8, payload[..2]);
        await stopping;

        Assert.Equal("gateway stopping", told.GetProperty("payload").GetProperty("reason").GetString());
        Assert.Equal((8, (1012, "service restart")), (opcode, RawSocket.CloseOf(payload)));
    }

    private static Task<JsonElement> EndAsync(RawSocket socket) => socket.UntilAsync(frame => StateOf(frame) is "final" or "error" or "aborted");

    private static async Task<string> DuplicateAsync(RawSocket client, string key)
    {
        JsonElement answer = await client.CallAsync("chat.send", $$"""{"sessionKey":"main","message":"talk","idempotencyKey":"{{key}}"}""");
        string text = answer.GetProperty("payload").GetRawText();
        int ended = text.IndexOf(",\"endedAt\":", StringComparison.Ordinal);
        return ended < 0 ? text : text[..ended] + "}";
    }

    private static bool IsRun(JsonElement frame) =>
        frame.TryGetProperty("event", out JsonElement name) && (name.ValueEquals("chat") || name.ValueEquals("agent"));

    private static string? StateOf(JsonElement frame) =>
        frame.TryGetProperty("event", out JsonElement name) && name.ValueEquals("chat") ? frame.GetProperty("payload").GetProperty("state").GetString() : null;

    private static string? StreamOf(JsonElement frame) =>
        frame.TryGetProperty("event", out JsonElement name) && name.ValueEquals("agent") ? frame.GetProperty("payload").GetProperty("stream").GetString() : null;

    // "item start running", "tool result", "session.tool start" …
    private static string[] Steps(IEnumerable<JsonElement> frames) =>
    [
        .. frames
            .Where(frame => StreamOf(frame) is "item" or "tool" || (frame.TryGetProperty("event", out JsonElement name) && name.ValueEquals("session.tool")))
            .Select(frame => (frame.GetProperty("event").ValueEquals("session.tool") ? "session." : "") + Steps(frame.GetProperty("payload"))),
    ];

    private static string Steps(JsonElement payload)
    {
        JsonElement data = payload.GetProperty("data");
        string status = payload.GetProperty("stream").ValueEquals("item") ? " " + data.GetProperty("status").GetString() : "";
        return $"{payload.GetProperty("stream").GetString()} {data.GetProperty("phase").GetString()}{status}";
    }
}
