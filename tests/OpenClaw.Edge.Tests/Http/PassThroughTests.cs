using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.TestKit.Models;
using Xunit;

namespace OpenClaw.Edge.Tests.Http;

public sealed partial class PassThroughTests
{
    private const string Question =
        """{"model":"local/scripted:8b","messages":[{"role":"user","content":"hi"}],"stream":true}""";

    [Fact]
    public async Task Only_the_value_of_model_changes_on_the_way_there()
    {
        await using HttpHost host = await HttpHost.StartAsync();
        const string Odd = "{ \"x\":{\"model\":\"untouched\"},\t\"model\" : \"local/scripted:8b\" ,\"messages\":[{\"role\":\"user\",\"content\":\"\\u00e4ä\\ud83d\\ude00 \\\"model\\\"\"}], \"n\":1.50e1 }\n";
        using HttpResponseMessage response = await host.ChatAsync(Odd);
        ScriptedRequest seen = await host.Models.NextChatRequestAsync();
        Assert.Equal(Odd.Replace("local/scripted:8b", "scripted:8b", StringComparison.Ordinal), seen.BodyText);
        Assert.Equal("/v1/chat/completions", seen.Path);
        Assert.Equal("Bearer upstream-key", seen.Headers["Authorization"]);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task The_answer_comes_back_byte_for_byte(bool stream, bool split)
    {
        await using HttpHost host = await HttpHost.StartAsync();
        ModelAnswer answer = ModelAnswer.Say("grün ", "\ud83d\ude00", " \"q\"\n", "end") with { SplitEveryByte = split };
        host.Models.Enqueue(answer, answer);
        string question = Question.Replace("true", stream ? "true" : "false", StringComparison.Ordinal);
        byte[] direct = await AskAsync(new Uri(host.Models.BaseUri, "/v1/chat/completions"),
            question.Replace("local/", "", StringComparison.Ordinal));
        byte[] through = await AskAsync(new Uri(host.BaseUri, "/v1/chat/completions"), question);
        Assert.Equal(WithoutIds(direct), WithoutIds(through));
    }

    [Fact]
    public async Task Pieces_arrive_as_they_are_made()
    {
        await using HttpHost host = await HttpHost.StartAsync();
        TaskCompletionSource rest = new();
        host.Models.Enqueue(ModelAnswer.Say("first", "second") with { HoldRest = rest.Task });
        using HttpResponseMessage response = await host.ChatAsync(Question);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        using StreamReader reader = new(await response.Content.ReadAsStreamAsync());
        string seen = "";
        while (!seen.Contains("first", StringComparison.Ordinal))
        {
            seen += await Guard.Within(reader.ReadLineAsync(), "the first piece before the second is made");
        }

        Assert.DoesNotContain("second", seen);
        rest.SetResult();
        Assert.Contains("second", await Guard.Within(reader.ReadToEndAsync()));
    }

    [Fact]
    public async Task A_body_that_arrives_in_pieces_is_forwarded_whole()
    {
        await using HttpHost host = await HttpHost.StartAsync();
        string body = Question.Replace("\"hi\"", $"\"{new string('x', 100_000)}\"", StringComparison.Ordinal);
        using TcpClient tcp = new();
        await tcp.ConnectAsync(IPAddress.Loopback, host.BaseUri.Port);
        tcp.NoDelay = true;
        NetworkStream socket = tcp.GetStream();
        await socket.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {HttpHost.Token}\r\n"
            + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"));
        for (int at = 0; at < body.Length; at += 7_001)
        {
            string piece = body.Substring(at, Math.Min(7_001, body.Length - at));
            await socket.WriteAsync(Encoding.ASCII.GetBytes($"{piece.Length:x}\r\n{piece}\r\n"));
        }

        await socket.WriteAsync("0\r\n\r\n"u8.ToArray());
        using StreamReader reader = new(socket);
        Assert.StartsWith("HTTP/1.1 200", await Guard.Within(reader.ReadToEndAsync()));
        Assert.Equal(
            body.Replace("local/", "", StringComparison.Ordinal), (await host.Models.NextChatRequestAsync()).BodyText);
    }

    [Fact]
    public async Task A_client_that_leaves_stops_the_model_within_50_ms()
    {
        await using HttpHost host = await HttpHost.StartAsync();
        TimeSpan best = TimeSpan.MaxValue;
        for (int attempt = 0; attempt < 5 && best > TimeSpan.FromMilliseconds(50); attempt++)
        {
            TaskCompletionSource never = new();
            host.Models.Enqueue(ModelAnswer.Say("first", "second") with { HoldRest = never.Task });
            using CancellationTokenSource leave = new();
            using HttpResponseMessage response = await host.ChatAsync(Question, leave.Token);
            ScriptedRequest upstream = await host.Models.NextChatRequestAsync();
            await Guard.Within(upstream.FirstPiece);
            long left = Stopwatch.GetTimestamp();
            response.Dispose();
            await Guard.Within(upstream.ClientGone);
            TimeSpan took = Stopwatch.GetElapsedTime(left);
            best = took < best ? took : best;
        }

        Assert.True(best <= TimeSpan.FromMilliseconds(50), $"the model heard of it after {best.TotalMilliseconds:0} ms");
    }

    [Fact]
    public async Task A_client_that_leaves_before_the_head_stops_the_model_too()
    {
        await using HttpHost host = await HttpHost.StartAsync();
        host.Models.Enqueue(new ModelAnswer { Fault = ModelFault.NoHead });
        using CancellationTokenSource leave = new();
        Task<HttpResponseMessage> asking = host.ChatAsync(Question, leave.Token);
        ScriptedRequest upstream = await host.Models.NextChatRequestAsync();
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        await Guard.Within(upstream.ClientGone);
    }

    [Fact]
    public async Task An_error_of_the_model_server_keeps_its_status_and_wait()
    {
        await using HttpHost host = await HttpHost.StartAsync();
        host.Models.Enqueue(ModelAnswer.Fail(429, "slow down") with { RetryAfter = "7" });
        using HttpResponseMessage response = await host.ChatAsync(Question);
        JsonElement error = (await HttpHost.JsonOf(response)).GetProperty("error");
        Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
        Assert.Equal("7", response.Headers.GetValues("Retry-After").Single());
        Assert.Contains("slow down", error.GetProperty("message").GetString());
    }

    [Fact]
    public async Task An_error_whose_words_never_come_is_told_by_its_status()
    {
        await using HttpHost host = await HttpHost.StartAsync(clock: new HurriedTimeProvider(1000));
        host.Models.Enqueue(ModelAnswer.Fail(500) with { Fault = ModelFault.Stall });

        using HttpResponseMessage response = await Guard.Within(host.ChatAsync(Question));

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Contains("HTTP 500", (await HttpHost.JsonOf(response)).GetProperty("error").GetProperty("message").GetString());
    }

    [Fact]
    public async Task A_server_that_is_away_is_named_with_the_fix()
    {
        await using HttpHost host = await HttpHost.StartAsync();
        await host.Models.GoAwayAsync();
        using HttpResponseMessage response = await host.ChatAsync(Question);
        string message = (await HttpHost.JsonOf(response)).GetProperty("error").GetProperty("message").GetString()!;
        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Contains("'local'", message);
        Assert.Contains($"127.0.0.1:{host.Models.Port}", message);
        Assert.Contains("connection refused", message);
        Assert.Contains("models.providers.local.baseUrl", message);
    }

    [Fact]
    public async Task A_stream_that_breaks_off_ends_with_an_error_event()
    {
        await using HttpHost host = await HttpHost.StartAsync();
        host.Models.Enqueue(ModelAnswer.Broken(ModelFault.Drop, 1, "one", "two", "three"));
        using HttpResponseMessage response = await host.ChatAsync(Question);
        string body = await response.Content.ReadAsStringAsync();
        Assert.Contains("one", body);
        Assert.Contains("data: {\"error\":{\"message\":\"The model server broke off", body);
        Assert.EndsWith("data: [DONE]\n\n", body);
    }

    [Fact]
    public async Task Tokens_are_metered_without_touching_the_bytes()
    {
        await using HttpHost host = await HttpHost.StartAsync();
        host.Models.Enqueue(ModelAnswer.Say("a", "b") with { PromptTokens = 41, CompletionTokens = 2 });
        await (await host.ChatAsync(Question.Replace("true", "false", StringComparison.Ordinal))).Content.ReadAsStringAsync();
        string text = await host.Client.GetStringAsync("/api/diagnostics/prometheus");
        Assert.Contains("openclaw_prompt_tokens_total 41\n", text);
        Assert.Contains("openclaw_completion_tokens_total 2\n", text);
    }

    [Theory]
    [InlineData("{", "not valid JSON")]
    [InlineData("[]", "must be a JSON object")]
    [InlineData("""{"model":7}""", "`model` must be a string")]
    [InlineData("""{"model":"local/x"} trailing""", "not valid JSON")]
    [InlineData("""{"model":"nobody/x","messages":[]}""", "Invalid `model`")]
    public async Task A_bad_body_is_answered_in_openais_shape(string body, string message)
    {
        await using HttpHost host = await HttpHost.StartAsync();
        using HttpResponseMessage response = await host.ChatAsync(body);
        JsonElement error = (await HttpHost.JsonOf(response)).GetProperty("error");
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("invalid_request_error", error.GetProperty("type").GetString());
        Assert.Contains(message, error.GetProperty("message").GetString());
        Assert.Empty(host.Models.ChatRequests);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_over_20_MB_is_413(bool announced)
    {
        await using HttpHost host = await HttpHost.StartAsync();
        HttpRequestMessage request = new(HttpMethod.Post, "/v1/chat/completions")
        {
            Content = new ByteArrayContent(new byte[20 * 1024 * 1024 + 1]),
        };
        request.Headers.TransferEncodingChunked = !announced;
        request.Headers.ExpectContinue = true;
        using HttpResponseMessage response = await host.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Contains("\"error\"", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task The_demo_model_answers_in_openais_shape_by_translation()
    {
        await using HttpHost host = await HttpHost.StartAsync();
        const string Body = """{"model":"demo/assistant","messages":[{"role":"user","content":"hello"}],"stream":true,"stream_options":{"include_usage":true}}""";
        string stream = await (await host.ChatAsync(Body)).Content.ReadAsStringAsync();
        string[] frames = stream.Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains("\"delta\":{\"role\":\"assistant\"}", frames[0]);
        Assert.Contains("\"finish_reason\":\"stop\"", frames[^3]);
        Assert.Contains("\"choices\":[],\"usage\":{\"prompt_tokens\":", frames[^2]);
        Assert.Equal("data: [DONE]", frames[^1]);
        foreach (string frame in frames[..^1])
        {
            using JsonDocument parsed = JsonDocument.Parse(frame["data: ".Length..]);
            Assert.Equal("demo/assistant", parsed.RootElement.GetProperty("model").GetString());
        }

        JsonElement whole = await HttpHost.JsonOf(await host.ChatAsync(Body.Replace("true", "false", StringComparison.Ordinal)));
        Assert.NotEmpty(whole.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!);
    }

    private static async Task<byte[]> AskAsync(Uri address, string json)
    {
        using HttpClient client = new();
        client.DefaultRequestHeaders.Authorization = new("Bearer", HttpHost.Token);
        using HttpResponseMessage response =
            await client.PostAsync(address, new StringContent(json, Encoding.UTF8, "application/json"));
        return await response.Content.ReadAsByteArrayAsync();
    }

    // The scripted server numbers its answers and stamps them; all else must be the same.
    private static string WithoutIds(byte[] body) => Stamps().Replace(Encoding.UTF8.GetString(body), "\"$1\":0");

    [GeneratedRegex("\"(id|created)\":(\"[^\"]*\"|[0-9]+)")]
    private static partial Regex Stamps();
}
