using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.TestKit.Models;
using Xunit;

namespace OpenClaw.Edge.Tests.Http;

/// <summary>What happens when something is full, silent, slow, or not there yet.</summary>
public sealed class LimitTests
{
    private const string Hello = """{"model":"openclaw","user":"u","messages":[{"role":"user","content":"hi"}]}""";
    private const string Streamed = """{"model":"openclaw","messages":[{"role":"user","content":"hi"}],"stream":true}""";
    private const string Passed = """{"model":"local/scripted:8b","messages":[{"role":"user","content":"hi"}],"stream":true}""";

    [Fact]
    public async Task A_full_session_answers_429_with_a_wait()
    {
        EdgeConfig config = new() { Messages = new MessagesConfig { Queue = new QueueConfig { Mode = "followup", Cap = 1, Drop = "new" } } };
        await using HttpHost host = await HttpHost.StartAsync(config);
        TaskCompletionSource go = new();
        host.Script.HoldFirst = go.Task;
        Task<HttpResponseMessage> first = host.ChatAsync(Hello);
        await Guard.Within(host.Script.Asked);
        Task<HttpResponseMessage> second = host.ChatAsync(Hello);
        await Eventually.HoldsAsync(() => host.Runs.Active.Count == 2);

        using HttpResponseMessage third = await host.ChatAsync(Hello);
        Assert.Equal(HttpStatusCode.TooManyRequests, third.StatusCode);
        Assert.InRange(third.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        Assert.Equal("rate_limit_error", (await HttpHost.JsonOf(third)).GetProperty("error").GetProperty("type").GetString());
        go.SetResult();
        Assert.Equal(HttpStatusCode.OK, (await Guard.Within(first)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await Guard.Within(second)).StatusCode);
    }

    [Fact]
    public async Task A_gateway_that_drains_answers_503_with_a_wait()
    {
        await using HttpHost host = await HttpHost.StartAsync();
        await host.Runs.DrainAsync(TimeSpan.Zero);
        using HttpResponseMessage response = await host.ChatAsync(Hello);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.NotNull(response.Headers.RetryAfter);
        Assert.Contains("shutting down", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_model_server_without_a_head_in_time_is_504_and_is_hung_up_on()
    {
        var clock = new ManualTimeProvider();
        await using HttpHost host = await HttpHost.StartAsync(clock: clock);
        host.Models.Enqueue(new ModelAnswer { Fault = ModelFault.NoHead });
        Task<HttpResponseMessage> asking = host.ChatAsync(Passed);
        ScriptedRequest upstream = await host.Models.NextChatRequestAsync();
        clock.Advance(TimeSpan.FromMinutes(11));

        using HttpResponseMessage response = await Guard.Within(asking);
        Assert.Equal(HttpStatusCode.GatewayTimeout, response.StatusCode);
        Assert.Contains("models.providers.local.timeoutSeconds", await response.Content.ReadAsStringAsync());
        await Guard.Within(upstream.ClientGone);
    }

    [Fact]
    public async Task A_model_server_that_goes_silent_ends_the_stream_with_an_error()
    {
        var clock = new ManualTimeProvider();
        await using HttpHost host = await HttpHost.StartAsync(clock: clock);
        host.Models.Enqueue(ModelAnswer.Broken(ModelFault.Stall, 1, "one", "two"));
        using HttpResponseMessage response = await host.ChatAsync(Passed);
        Task<string> reading = response.Content.ReadAsStringAsync();
        await Eventually.HoldsAsync(() =>
        {
            clock.Advance(TimeSpan.FromSeconds(130)); // the wait begins when the first piece has left
            return reading.IsCompleted;
        });

        string body = await reading;
        Assert.Contains("one", body);
        Assert.Contains("sent nothing for 120 s", body);
        Assert.EndsWith("data: [DONE]\n\n", body);
    }

    [Fact]
    public async Task A_caller_that_does_not_read_is_cut_off_and_its_turn_ends()
    {
        await using HttpHost host = await HttpHost.StartAsync();
        string piece = new('x', 64 * 1024);
        host.Script.Pieces = [.. Enumerable.Repeat(piece, 60)];
        host.Script.HoldLast = new TaskCompletionSource().Task;
        using Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        await socket.ConnectAsync(IPAddress.Loopback, host.BaseUri.Port);
        await socket.SendAsync(Encoding.UTF8.GetBytes(
            $"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {HttpHost.Token}\r\nContent-Type: application/json\r\nContent-Length: {Streamed.Length}\r\n\r\n{Streamed}"));

        await Guard.Within(host.Script.Cancelled);
        await Eventually.HoldsAsync(() => host.Runs.Active.Count == 0);
    }

    [Fact]
    public async Task A_forced_tool_that_is_not_called_is_502()
    {
        await using HttpHost host = await HttpHost.StartAsync();
        host.Script.Pieces = ["I would rather talk."];
        const string Tools = ""","tool_choice":"required","tools":[{"type":"function","function":{"name":"lookup","parameters":{"type":"object"}}}]}""";
        using HttpResponseMessage response = await host.ChatAsync(Hello[..^1] + Tools);
        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Contains("tool_choice", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_picture_by_address_is_refused_with_the_reason()
    {
        await using HttpHost host = await HttpHost.StartAsync();
        using HttpResponseMessage response = await host.ChatAsync(
            """{"model":"openclaw","messages":[{"role":"user","content":[{"type":"text","text":"what?"},{"type":"image_url","image_url":{"url":"https://elsewhere.example/cat.png"}}]}]}""");
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("data:", (await HttpHost.JsonOf(response)).GetProperty("error").GetProperty("message").GetString());
        Assert.Empty(host.Runs.Active);
    }

    [Fact]
    public async Task Turns_of_every_door_are_counted_once()
    {
        await using HttpHost host = await HttpHost.StartAsync();
        Assert.True(SessionKey.TryParse("agent:main:main", "main", out SessionKey key));
        RunAdmission admission = await host.Runs.StartAsync(
            new RunRequest { RunId = "r1", SessionKey = key, Message = "hi", Source = "chat" }, CancellationToken.None); // as chat.send does
        await Guard.Within(admission.Run!.Completion);
        await (await host.ChatAsync(Hello)).Content.ReadAsStringAsync();
        string text = await host.Client.GetStringAsync("/api/diagnostics/prometheus");
        Assert.Contains("openclaw_runs_total{outcome=\"done\"} 2\n", text);
        Assert.Contains("openclaw_prompt_tokens_total 200\n", text);
        Assert.Contains("openclaw_completion_tokens_total 24\n", text);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Our_own_embedding_client_answers_in_both_encodings(bool base64)
    {
        Numbers numbers = new();
        ModelProviderEntry entry = new() { Id = "own", Api = "ollama", BaseUri = new Uri("http://own.invalid/"), Provider = numbers, Embedder = numbers, Local = true };
        await using HttpHost host = await HttpHost.StartAsync(extra: [entry]);
        string format = base64 ? ""","encoding_format":"base64" """ : "";
        JsonElement body = await HttpHost.JsonOf(await host.PostAsync("/v1/embeddings", $$"""{"model":"own/e","input":["a","bcd"],"dimensions":2{{format}}}"""));

        float[][] vectors = [.. body.GetProperty("data").EnumerateArray().Select(row => Vector(row.GetProperty("embedding")))];
        Assert.Equal([[1f, -0.5f], [3f, -0.5f]], vectors);
        Assert.Equal([0, 1], body.GetProperty("data").EnumerateArray().Select(row => row.GetProperty("index").GetInt32()));
        Assert.Equal(4, body.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
        Assert.Equal(2, numbers.Dimensions);
    }

    private static float[] Vector(JsonElement embedding)
    {
        if (embedding.ValueKind == JsonValueKind.Array)
        {
            return [.. embedding.EnumerateArray().Select(value => value.GetSingle())];
        }

        byte[] bytes = embedding.GetBytesFromBase64();
        return [.. Enumerable.Range(0, bytes.Length / 4).Select(index => BitConverter.ToSingle(bytes, index * 4))];
    }

    private sealed class Numbers : IModelProvider, IEmbedder
    {
        public string Id => "own";

        public int? Dimensions { get; private set; }

        public Task<EmbeddingBatch> EmbedAsync(string model, IReadOnlyList<string> inputs, int? dimensions, CancellationToken cancellationToken)
        {
            Dimensions = dimensions;
            return Task.FromResult(new EmbeddingBatch([.. inputs.Select(text => new[] { text.Length, -0.5f })], 4));
        }

        public async IAsyncEnumerable<ChatDelta> StreamAsync(ModelRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.CompletedTask;
            yield break;
        }

        public Task<IReadOnlyList<ModelInfo>> ListModelsAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<ModelInfo>>([]);
    }
}
