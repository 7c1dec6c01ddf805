using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.TestKit;
using Xunit;

namespace OpenClaw.Edge.Tests.Http;

public sealed class AgentChatTests
{
    private const string Hello = """{"model":"openclaw","messages":[{"role":"user","content":"hi"}]}""";
    private const string Streamed =
        """{"model":"openclaw/main","messages":[{"role":"user","content":"hi"}],"stream":true,"stream_options":{"include_usage":true}}""";

    [Fact]
    public async Task A_turn_answers_in_the_originals_shape()
    {
        await using HttpHost host = await HttpHost.StartAsync();
        using HttpResponseMessage response = await host.ChatAsync(Hello);
        JsonElement answer = await HttpHost.JsonOf(response);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.StartsWith("chatcmpl_", answer.GetProperty("id").GetString());
        Assert.Equal("chat.completion", answer.GetProperty("object").GetString());
        Assert.Equal("openclaw", answer.GetProperty("model").GetString());
        Assert.Equal(
            """[{"index":0,"message":{"role":"assistant","content":"Hello there"},"finish_reason":"stop"}]""",
            answer.GetProperty("choices").GetRawText());
        Assert.Equal(
            """{"prompt_tokens":100,"completion_tokens":12,"total_tokens":112}""",
            answer.GetProperty("usage").GetRawText());
    }

    [Fact]
    public async Task A_streamed_turn_has_role_text_finish_usage_and_done()
    {
        await using HttpHost host = await HttpHost.StartAsync();
        host.Script.Pieces = ["say \"grün\"\n"];
        using HttpResponseMessage response = await host.ChatAsync(Streamed);
        Assert.Equal("text/event-stream; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        Assert.Equal("no-cache", response.Headers.CacheControl?.ToString());
        string[] frames = (await response.Content.ReadAsStringAsync()).Split("\n\n");
        Assert.All(frames[..4], frame => Assert.Contains("\"object\":\"chat.completion.chunk\",\"created\":", frame));
        Assert.All(frames[..4], frame => Assert.Contains("\"model\":\"openclaw/main\",\"choices\":[", frame));
        Assert.EndsWith("\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\"},\"finish_reason\":null}]}", frames[0]);
        Assert.EndsWith("\"choices\":[{\"index\":0,\"delta\":{\"content\":\"say \\\"grün\\\"\\n\"},\"finish_reason\":null}]}", frames[1]);
        Assert.EndsWith("\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}", frames[2]);
        Assert.EndsWith("\"choices\":[],\"usage\":{\"prompt_tokens\":100,\"completion_tokens\":12,\"total_tokens\":112}}", frames[3]);
        Assert.Equal(["data: [DONE]", ""], frames[4..]);
    }

    [Fact]
    public async Task Text_leaves_before_the_model_has_ended()
    {
        await using HttpHost host = await HttpHost.StartAsync();
        TaskCompletionSource last = new();
        host.Script.HoldLast = last.Task;
        using HttpResponseMessage response = await host.ChatAsync(Streamed);
        using StreamReader reader = new(await response.Content.ReadAsStreamAsync());
        string seen = "";
        while (!seen.Contains("Hello", StringComparison.Ordinal))
        {
            seen += await Guard.Within(reader.ReadLineAsync(), "the first piece");
        }

        Assert.DoesNotContain("there", seen);
        last.SetResult();
        Assert.Contains(" there", await Guard.Within(reader.ReadToEndAsync()));
    }

    [Fact]
    public async Task A_client_that_leaves_aborts_the_turn()
    {
        await using HttpHost host = await HttpHost.StartAsync();
        host.Script.HoldLast = new TaskCompletionSource().Task;
        HttpResponseMessage response = await host.ChatAsync(Streamed);
        response.Dispose();
        await Guard.Within(host.Script.Cancelled);
    }

    [Fact]
    public async Task The_bytes_of_a_request_are_given_back_before_the_model_answers()
    {
        await using HttpHost host = await HttpHost.StartAsync();
        TaskCompletionSource answer = new();
        host.Script.HoldFirst = answer.Task;
        using ReturnedArrays returned = new(atLeast: 16 << 20);

        Task<HttpResponseMessage> asking = host.ChatAsync(Hello.Replace("{\"model\"", $"{{\"metadata\":\"{new string('x', 9 << 20)}\",\"model\"", StringComparison.Ordinal));

        await Guard.Within(host.Script.Asked);
        await Guard.Within(returned.Any);
        answer.SetResult();
        using HttpResponseMessage response = await asking;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("/v1/chat/completions", Hello)]
    [InlineData("/v1/responses", """{"model":"openclaw","input":"hi"}""")]
    public async Task A_client_that_leaves_while_its_turn_is_stored_aborts_it_too(string path, string body)
    {
        await using HttpHost host = await HttpHost.StartAsync();
        host.Script.HoldFirst = new TaskCompletionSource().Task;
        using CancellationTokenSource leaving = new();
        using LeavingBody sent = new(Encoding.UTF8.GetBytes(body), leaving);
        DefaultHttpContext context = new() { RequestAborted = leaving.Token };
        context.Request.Method = "POST";
        context.Request.Path = path;
        context.Request.Headers.Host = "127.0.0.1";
        context.Request.Headers.Authorization = "Bearer " + HttpHost.Token;
        context.Request.Body = sent;
        context.Connection.RemoteIpAddress = IPAddress.Loopback;

        await host.HandleAsync(context);

        Assert.True(leaving.IsCancellationRequested);
        await Eventually.HoldsAsync(() => host.Runs.Active.Count == 0);
    }

    [Fact]
    public async Task A_client_that_leaves_before_a_whole_answer_aborts_the_turn_too()
    {
        await using HttpHost host = await HttpHost.StartAsync();
        host.Script.HoldLast = new TaskCompletionSource().Task;
        using CancellationTokenSource leave = new();
        Task<HttpResponseMessage> asking = host.ChatAsync(Hello, leave.Token);
        await Guard.Within(host.Script.Asked);
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        await Guard.Within(host.Script.Cancelled);
    }

    [Theory]
    [InlineData(ProviderFailure.BadRequest, 400, 400, "invalid_request_error")]
    [InlineData(ProviderFailure.Unreachable, null, 503, "api_error")]
    [InlineData(ProviderFailure.ServerError, 500, 502, "api_error")]
    public async Task A_failure_before_the_first_word_has_a_status(
        ProviderFailure failure, int? upstream, int status, string type)
    {
        await using HttpHost host = await HttpHost.StartAsync();
        host.Script.Failure = new ProviderException(failure, "mock failed", null, upstream);
        foreach (string body in (string[])[Hello, Streamed])
        {
            using HttpResponseMessage response = await host.ChatAsync(body);
            JsonElement error = (await HttpHost.JsonOf(response)).GetProperty("error");
            Assert.Equal(status, (int)response.StatusCode);
            Assert.Equal(type, error.GetProperty("type").GetString());
            Assert.Contains("mock failed", error.GetProperty("message").GetString());
        }
    }

    [Fact]
    public async Task A_failure_after_the_first_word_is_an_event()
    {
        await using HttpHost host = await HttpHost.StartAsync();
        host.Script.LateFailure = new ProviderException(ProviderFailure.DroppedMidStream, "broke off");
        string stream = await (await host.ChatAsync(Streamed)).Content.ReadAsStringAsync();
        Assert.Contains("\"content\":\"Hello", stream);
        Assert.Contains("data: {\"error\":{\"message\":\"", stream);
        Assert.EndsWith("data: [DONE]\n\n", stream);
    }

    [Fact]
    public async Task While_the_model_thinks_comments_keep_the_connection_alive()
    {
        ManualTimeProvider clock = new();
        await using HttpHost host = await HttpHost.StartAsync(clock: clock);
        TaskCompletionSource first = new();
        host.Script.HoldFirst = first.Task;
        Task<HttpResponseMessage> asking = host.ChatAsync(Streamed);
        await Guard.Within(host.Script.Asked);
        await Guard.Within(TickAsync(clock, asking));

        using HttpResponseMessage response = await asking;
        using StreamReader reader = new(await response.Content.ReadAsStreamAsync());
        Assert.Equal(": keepalive", await Guard.Within(reader.ReadLineAsync()));
        first.SetResult();
        Assert.Contains("Hello", await Guard.Within(reader.ReadToEndAsync()));
    }

    // The keep-alive's timer may not be the first one that there is.
    private static async Task TickAsync(ManualTimeProvider clock, Task until)
    {
        while (!until.IsCompleted)
        {
            clock.Advance(TimeSpan.FromSeconds(15));
            await Task.WhenAny(until, Task.Delay(TimeSpan.FromMilliseconds(250), TimeProvider.System)); // the model's own patience counts too
        }
    }

    [Fact]
    public async Task A_call_to_the_callers_tool_comes_back_whole_and_streamed()
    {
        await using HttpHost host = await HttpHost.StartAsync();
        string arguments = $"{{\"q\":\"{new string('x', 300)}\"}}";
        host.Script.Pieces = [];
        host.Script.Calls = [new ToolCall("call_1", "lookup", arguments)];
        const string Tools = """,tools:[{"type":"function","function":{"name":"lookup","parameters":{"type":"object"}}}]}""";
        string tools = Tools.Replace(",tools", ",\"tools\"", StringComparison.Ordinal);
        JsonElement choice = (await HttpHost.JsonOf(await host.ChatAsync(Hello[..^1] + tools))).GetProperty("choices")[0];
        Assert.Equal("tool_calls", choice.GetProperty("finish_reason").GetString());
        JsonElement call = choice.GetProperty("message").GetProperty("tool_calls")[0];
        Assert.Equal("lookup", call.GetProperty("function").GetProperty("name").GetString());
        Assert.Equal(arguments, call.GetProperty("function").GetProperty("arguments").GetString());
        string stream = await (await host.ChatAsync(Streamed[..^1] + tools)).Content.ReadAsStringAsync();
        StringBuilder pieces = new();
        foreach (string frame in stream.Split("\n\n").Where(frame => frame.Contains("tool_calls\":[", StringComparison.Ordinal)))
        {
            using JsonDocument document = JsonDocument.Parse(frame["data: ".Length..]);
            string piece = document.RootElement.GetProperty("choices")[0].GetProperty("delta").GetProperty("tool_calls")[0]
                .GetProperty("function").GetProperty("arguments").GetString()!;
            Assert.InRange(piece.Length, 0, 256);
            pieces.Append(piece);
        }

        Assert.Equal(arguments, pieces.ToString());
        Assert.Contains("\"finish_reason\":\"tool_calls\"", stream);
    }

    [Fact]
    public async Task System_text_and_earlier_turns_reach_the_model()
    {
        await using HttpHost host = await HttpHost.StartAsync();
        await host.ChatAsync("""
            {"model":"agent:main","temperature":0.5,"max_tokens":7,"messages":[{"role":"system","content":"be brief"},
            {"role":"user","content":"one"},{"role":"assistant","content":"two"},
            {"role":"user","content":[{"type":"text","text":"three"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]}]}
            """);
        ModelRequest seen = host.Script.LastRequest!;
        Assert.Contains("be brief", seen.System);
        Assert.Equal(["one", "two", "three"], seen.Messages.Select(message => message.Text));
        Assert.Equal("AAAA", Assert.Single(seen.Messages[^1].Images).Base64);
        Assert.Equal((0.5, 7), (seen.Sampling.Temperature, seen.Sampling.MaxTokens));
    }

    [Fact]
    public async Task A_tools_result_goes_on_without_a_made_up_question()
    {
        await using HttpHost host = await HttpHost.StartAsync();
        using HttpResponseMessage response = await host.ChatAsync("""
            {"model":"openclaw","messages":[{"role":"user","content":"weather?"},
            {"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"w","arguments":"{}"}}]},
            {"role":"tool","tool_call_id":"c1","content":"sunny"}]}
            """);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(
            [PromptRole.User, PromptRole.Assistant, PromptRole.Tool],
            host.Script.LastRequest!.Messages.Select(message => message.Role));
    }

    [Fact]
    public async Task One_user_has_one_session_and_a_key_names_another()
    {
        await using HttpHost host = await HttpHost.StartAsync();
        await host.ChatAsync(Hello[..^1] + ",\"user\":\"ann\"}");
        await host.ChatAsync(Hello[..^1] + ",\"user\":\"ann\"}");
        Assert.True(SessionKey.TryParse("agent:main:openai-user:ann", "main", out SessionKey ann));
        Assert.Equal(4, host.Sessions.ReadPage(ann, 100, null, long.MaxValue).Total);
        host.Client.DefaultRequestHeaders.Add("x-openclaw-session-key", "work");
        await host.ChatAsync(Hello);
        Assert.NotNull(host.Sessions.Find(SessionKey.TryParse("agent:main:work", "main", out SessionKey work) ? work : default));
    }

    [Theory]
    [InlineData("x-openclaw-agent-id", "nobody", "Unknown agent 'nobody'.")]
    [InlineData("x-openclaw-session-key", "cron:daily", "reserved namespace")]
    [InlineData("x-openclaw-session-key", "agent:main:subagent:1", "reserved namespace")]
    [InlineData("x-openclaw-session-key", "agent:nobody:x", "Unknown agent 'nobody'.")]
    [InlineData("x-openclaw-model", "nobody/x", "Invalid `x-openclaw-model`")]
    public async Task A_header_that_names_nothing_is_400(string header, string value, string message)
    {
        await using HttpHost host = await HttpHost.StartAsync();
        host.Client.DefaultRequestHeaders.Add(header, value);
        using HttpResponseMessage response = await host.ChatAsync(Hello);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(message, await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("\"temperature\":2.1", "`temperature`")]
    [InlineData("\"top_p\":-0.1", "`top_p`")]
    [InlineData("\"presence_penalty\":3", "`presence_penalty`")]
    [InlineData("\"frequency_penalty\":\"1\"", "`frequency_penalty`")]
    [InlineData("\"seed\":1.5", "`seed`")]
    [InlineData("\"stop\":[\"1\",\"2\",\"3\",\"4\",\"5\"]", "`stop`")]
    [InlineData("\"max_tokens\":0", "`max_tokens`")]
    [InlineData("\"max_completion_tokens\":-1", "`max_completion_tokens`")]
    [InlineData("\"response_format\":{\"type\":\"xml\"}", "`response_format.type`")]
    [InlineData("\"tool_choice\":\"required\"", "`tools` is empty")]
    [InlineData("\"tools\":[{\"type\":\"web\"}]", "`tools`")]
    [InlineData("\"stream\":\"yes\"", "`stream`")]
    [InlineData("\"stop\":\"\\ud83d\"", "surrogate")]
    [InlineData("\"user\":\"\\ud83d\"", "surrogate")]
    [InlineData("\"messages\":[]", "Missing user message in `messages`.")]
    [InlineData("\"messages\":[{\"role\":\"user\",\"content\":\"  \"}]", "Missing user message in `messages`.")]
    [InlineData("\"messages\":[{\"role\":\"robot\",\"content\":\"x\"}]", "role")]
    [InlineData("\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"https://x/y.png\"}}]}]", "data: URL")]
    public async Task A_value_out_of_range_is_named(string member, string message)
    {
        await using HttpHost host = await HttpHost.StartAsync();
        using HttpResponseMessage response = await host.ChatAsync(Hello[..^1] + "," + member + "}");
        JsonElement error = (await HttpHost.JsonOf(response)).GetProperty("error");
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("invalid_request_error", error.GetProperty("type").GetString());
        Assert.Contains(message, error.GetProperty("message").GetString());
    }
}
