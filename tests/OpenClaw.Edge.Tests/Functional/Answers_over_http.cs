using System.Net;
using System.Text.Json;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using Xunit;

namespace OpenClaw.Edge.Tests.Functional;

/// <summary>The HTTP surface as a client sees it, from the probes to a streamed answer.</summary>
public sealed class Answers_over_http : IAsyncLifetime
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

    [Theory]
    [InlineData("/health")]
    [InlineData("/healthz")]
    public async Task Liveness_needs_no_token(string path)
    {
        (int status, JsonElement body) = await gateway.JsonAsync(HttpMethod.Get, path, token: "");

        Assert.Equal(200, status);
        Assert.Equal("""{"ok":true,"status":"live"}""", body.GetRawText());
    }

    [Theory]
    [InlineData("/ready")]
    [InlineData("/readyz")]
    [InlineData("/startup")]
    [InlineData("/startupz")]
    public async Task Readiness_is_reached(string path)
    {
        Assert.Equal(200, await Becomes(200, path));
    }

    [Fact]
    public async Task Clients_that_would_rather_speak_http_2_are_answered_in_http_1()
    {
        using HttpClient client = new();
        using HttpRequestMessage ask = new(HttpMethod.Post, new Uri(gateway.BaseUri, "/v1/chat/completions"));
        ask.Headers.TryAddWithoutValidation("Connection", "Upgrade, HTTP2-Settings");
        ask.Headers.TryAddWithoutValidation("Upgrade", "h2c");
        ask.Headers.TryAddWithoutValidation("HTTP2-Settings", "AAEAAEAAAAIAAAAAAAMAAAAAAAQBAAAAAAUAAEAAAAYABgAA");
        ask.Headers.TryAddWithoutValidation("Authorization", $"Bearer {home.Token}");
        ask.Content = new StringContent("""{"model":"lab/scripted:8b","messages":[{"role":"user","content":"[text:one it is]"}]}""");

        using HttpResponseMessage answer = await client.SendAsync(ask, TestContext.Current.CancellationToken);

        Assert.Equal((HttpStatusCode.OK, HttpVersion.Version11), (answer.StatusCode, answer.Version));
        Assert.Contains("one it is", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/nothing/here")]
    [InlineData("/v1/nothing")]
    [InlineData("/api/nothing")]
    public async Task Unknown_route_is_404_json(string path)
    {
        (int status, JsonElement body) = await gateway.JsonAsync(HttpMethod.Get, path);

        Assert.Equal(404, status);
        Assert.Equal(JsonValueKind.Object, body.ValueKind);
        Assert.True(body.TryGetProperty("error", out _), body.GetRawText());
    }

    [Theory]
    [InlineData("/v1/models")]
    [InlineData("/v1/chat/completions")]
    public async Task Api_without_a_token_is_401_in_the_shape_of_openai(string path)
    {
        (int status, JsonElement body) = await gateway.JsonAsync(path == "/v1/models" ? HttpMethod.Get : HttpMethod.Post, path, path == "/v1/models" ? null : "{}", token: "");

        Assert.Equal(401, status);
        Assert.Equal("unauthorized", body.GetProperty("error").GetProperty("type").GetString());
    }

    [Fact]
    public async Task Models_lists_agents_and_every_model_of_the_backends()
    {
        (int status, JsonElement body) = await gateway.JsonAsync(HttpMethod.Get, "/v1/models");

        string[] ids = [.. body.GetProperty("data").EnumerateArray().Select(entry => entry.GetProperty("id").GetString()!)];
        Assert.Equal(200, status);
        Assert.Contains("openclaw", ids);
        Assert.Contains("lab/scripted:8b", ids);
        Assert.Contains("labopen/scripted:8b", ids);
    }

    [Fact]
    public async Task Pass_through_sends_the_body_as_it_is_and_the_answer_as_it_comes()
    {
        const string body = """{"model":"labopen/scripted:8b","messages":[{"role":"user","content":"[text:pong]"}],"temperature":0.25,"seed":7}""";
        (int status, JsonElement answer) = await gateway.JsonAsync(HttpMethod.Post, "/v1/chat/completions", body);

        JsonElement upstream = (await model.NextChatRequestAsync()).Json;
        Assert.Equal(200, status);
        Assert.Equal("pong", answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
        Assert.Equal("scripted:8b", upstream.GetProperty("model").GetString());
        Assert.Equal(1, upstream.GetProperty("messages").GetArrayLength());
        Assert.Equal("0.25", upstream.GetProperty("temperature").GetRawText());
        Assert.Equal("7", upstream.GetProperty("seed").GetRawText());
        Assert.False(upstream.TryGetProperty("tools", out _));
    }

    [Fact]
    public async Task Pass_through_streams_each_token_before_the_next_one_is_made()
    {
        TaskCompletionSource rest = new();
        model.Enqueue(new ModelAnswer { Pieces = ["one", "two"], HoldRest = rest.Task, HoldAt = 1 });
        using HttpResponseMessage response = await gateway.SendAsync(
            HttpMethod.Post, "/v1/chat/completions", """{"model":"labopen/scripted:8b","stream":true,"messages":[{"role":"user","content":"count"}]}""", headersOnly: true);
        using StreamReader lines = new(await response.Content.ReadAsStreamAsync());

        string first = await LineWith(lines, "\"one\"");
        rest.SetResult();
        string second = await LineWith(lines, "\"two\"");
        await LineWith(lines, "[DONE]");

        Assert.Contains("chat.completion.chunk", first);
        Assert.Contains("chat.completion.chunk", second);
    }

    [Fact]
    public async Task Agent_turn_over_http_answers_in_the_shape_of_openai()
    {
        (int status, JsonElement answer) = await gateway.JsonAsync(
            HttpMethod.Post, "/v1/chat/completions", """{"model":"openclaw","messages":[{"role":"user","content":"[text:hello there]"}]}""");

        Assert.True(status == 200, answer.GetRawText());
        Assert.Equal("chat.completion", answer.GetProperty("object").GetString());
        Assert.Equal("hello there", answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
    }

    [Theory]
    [InlineData("labopen/scripted:8b")]
    [InlineData("openclaw")]
    public async Task Client_that_goes_away_cancels_the_call_to_the_model(string name)
    {
        model.Enqueue(new ModelAnswer { Pieces = ["Well", ", yes"], HoldRest = new TaskCompletionSource().Task, HoldAt = 1 });
        using CancellationTokenSource leaving = new();
        HttpResponseMessage response = await gateway.SendAsync(
            HttpMethod.Post, "/v1/chat/completions", $$"""{"model":"{{name}}","stream":true,"messages":[{"role":"user","content":"talk"}]}""", headersOnly: true, cancel: leaving.Token);
        ScriptedRequest upstream = await model.NextChatRequestAsync();
        await Guard.Within(upstream.FirstPiece);

        long left = System.Diagnostics.Stopwatch.GetTimestamp();
        response.Dispose();
        await Guard.Within(upstream.ClientGone);
        TimeSpan took = System.Diagnostics.Stopwatch.GetElapsedTime(left, upstream.EndedAt);

        // 50 ms is the promise; ten times that allows for a machine that is busy with other tests
        Assert.True(took < TimeSpan.FromMilliseconds(500), $"{took.TotalMilliseconds} ms");
    }

    [Fact]
    public async Task Rebinding_page_gets_nothing()
    {
        using HttpResponseMessage response = await gateway.SendAsync(
            HttpMethod.Get, "/v1/models", change: request => request.Headers.Host = $"attacker.example:{gateway.BaseUri.Port}");

        Assert.True(response.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.MisdirectedRequest, response.StatusCode.ToString());
        Assert.DoesNotContain("lab/scripted", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Every_answer_carries_the_security_headers_and_none_of_cors()
    {
        using HttpResponseMessage response = await gateway.SendAsync(HttpMethod.Get, "/healthz", change: request => request.Headers.Add("Origin", "https://elsewhere.example"));

        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("no-referrer", Assert.Single(response.Headers.GetValues("Referrer-Policy")));
        Assert.False(response.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task Model_error_reaches_the_caller_with_its_status()
    {
        model.Enqueue(ModelAnswer.Fail(429, "slow down"));

        (int status, JsonElement body) = await gateway.JsonAsync(
            HttpMethod.Post, "/v1/chat/completions", """{"model":"labopen/scripted:8b","messages":[{"role":"user","content":"x"}]}""");

        Assert.Equal(429, status);
        Assert.True(body.TryGetProperty("error", out _), body.GetRawText());
    }

    private static async Task<string> LineWith(StreamReader lines, string text)
    {
        while (await Guard.Within(lines.ReadLineAsync(), $"a line with {text}") is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal))
            {
                return line;
            }
        }

        throw new InvalidOperationException($"The stream ended without {text}.");
    }

    // Readiness may follow the start by the time a model server takes to answer; the guard ends the wait.
    private async Task<int> Becomes(int wanted, string path)
    {
        long began = TimeProvider.System.GetTimestamp();
        int status;
        do
        {
            using HttpResponseMessage response = await gateway.SendAsync(HttpMethod.Get, path, token: "");
            status = (int)response.StatusCode;
        }
        while (status != wanted && TimeProvider.System.GetElapsedTime(began) < Guard.Default);

        return status;
    }
}
