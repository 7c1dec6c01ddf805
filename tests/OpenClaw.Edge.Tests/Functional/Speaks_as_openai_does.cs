using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using Xunit;

namespace OpenClaw.Edge.Tests.Functional;

/// <summary>The chat completions of the whole gateway: to a model as it is, to an agent, whole and streamed, and when
/// something is wrong.</summary>
public sealed partial class Speaks_as_openai_does : IAsyncLifetime
{
    private const string Path = "/v1/chat/completions";
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
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Model_by_name_answers_byte_for_byte(bool stream, bool split)
    {
        ModelAnswer answer = ModelAnswer.Say("grün ", "🦀", " \"q\"\n") with { SplitEveryByte = split };
        model.Enqueue(answer, answer);
        string direct = await TextAsync(model.BaseUri, Question("scripted:8b", stream));
        string through = await TextAsync(gateway.BaseUri, Question("labopen/scripted:8b", stream));

        Assert.Equal(Varying().Replace(direct, ""), Varying().Replace(through, ""));
    }

    [Theory]
    [InlineData("labopen/scripted:8b")]
    [InlineData("openclaw")]
    [InlineData("openclaw/main")]
    public async Task Stream_is_chunks_with_one_finish_and_done(string name)
    {
        string stream = await TextAsync(gateway.BaseUri, Question(name, true, "[tokens:50]"));

        string[] frames = stream.Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        StringBuilder said = new();
        int finishes = 0;
        foreach (string frame in frames[..^1])
        {
            using JsonDocument chunk = JsonDocument.Parse(frame["data: ".Length..]);
            Assert.Equal("chat.completion.chunk", chunk.RootElement.GetProperty("object").GetString());
            foreach (JsonElement choice in chunk.RootElement.GetProperty("choices").EnumerateArray())
            {
                said.Append(choice.GetProperty("delta").TryGetProperty("content", out JsonElement text) ? text.GetString() : "");
                finishes += choice.TryGetProperty("finish_reason", out JsonElement reason) && reason.ValueKind == JsonValueKind.String ? 1 : 0;
            }
        }

        Assert.Equal("data: [DONE]", frames[^1]);
        Assert.Equal((TokenStream.Text(50), 1), (said.ToString(), finishes));
    }

    [Fact]
    public async Task Agent_answers_whole_with_the_tokens_of_the_model()
    {
        model.Enqueue(ModelAnswer.Say("Good ", "day") with { PromptTokens = 40, CompletionTokens = 2 });
        (int status, JsonElement body) = await gateway.JsonAsync(HttpMethod.Post, Path, Question("openclaw", false));

        Assert.Equal(200, status);
        Assert.Equal("Good day", body.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
        Assert.Equal((40, 2, 42), (Tokens(body, "prompt_tokens"), Tokens(body, "completion_tokens"), Tokens(body, "total_tokens")));
    }

    [Theory]
    [InlineData("labopen/scripted:8b")]
    [InlineData("openclaw")]
    public async Task Stream_that_breaks_off_ends_with_an_error_and_done(string name)
    {
        model.Enqueue(ModelAnswer.Broken(ModelFault.Drop, 1, "one", "two", "three"));
        string stream = await TextAsync(gateway.BaseUri, Question(name, true));

        Assert.Contains("one", stream);
        Assert.Contains("data: {\"error\":{\"message\":\"", stream);
        Assert.EndsWith("data: [DONE]\n\n", stream);
    }

    [Theory]
    [InlineData("{", "not valid JSON")]
    [InlineData("[]", "must be a JSON object")]
    [InlineData("""{"model":"nobody/knows","messages":[{"role":"user","content":"x"}]}""", "Invalid `model`")]
    [InlineData("""{"model":"openclaw/nobody","messages":[{"role":"user","content":"x"}]}""", "nobody")]
    [InlineData("""{"model":"openclaw","messages":[]}""", "messages")]
    public async Task Bad_request_is_400_and_says_why(string body, string why)
    {
        (int status, JsonElement answer) = await gateway.JsonAsync(HttpMethod.Post, Path, body);

        Assert.Equal(400, status);
        Assert.Equal("invalid_request_error", answer.GetProperty("error").GetProperty("type").GetString());
        Assert.Contains(why, answer.GetProperty("error").GetProperty("message").GetString());
        Assert.Empty(model.ChatRequests);
    }

    [Theory]
    [InlineData("labopen/scripted:8b", 502)]
    [InlineData("openclaw", 503)]
    public async Task Model_server_that_is_away_is_named(string name, int expected)
    {
        await model.GoAwayAsync();
        (int status, JsonElement answer) = await gateway.JsonAsync(HttpMethod.Post, Path, Question(name, false));

        Assert.Equal(expected, status);
        Assert.Contains($"127.0.0.1:{model.Port}", answer.GetProperty("error").GetProperty("message").GetString());
    }

    [Fact]
    public async Task Turns_and_tokens_of_every_door_are_counted()
    {
        ModelAnswer answer = ModelAnswer.Say("x") with { PromptTokens = 10, CompletionTokens = 1 };
        model.Enqueue(answer, answer, answer);
        await using GatewayTestClient client = await gateway.ConnectAsync();
        await client.ChatAsync("main", "over the socket");
        await TextAsync(gateway.BaseUri, Question("openclaw", false));
        await TextAsync(gateway.BaseUri, Question("labopen/scripted:8b", false));

        using HttpResponseMessage response = await gateway.SendAsync(HttpMethod.Get, "/api/diagnostics/prometheus");
        string metrics = await response.Content.ReadAsStringAsync();
        Assert.Contains("openclaw_runs_total{outcome=\"done\"} 2\n", metrics);
        Assert.Contains("openclaw_prompt_tokens_total 30\n", metrics);
        Assert.Contains("openclaw_completion_tokens_total 3\n", metrics);
    }

    private static string Question(string name, bool stream, string words = "hi") =>
        $$"""{"model":"{{name}}","stream":{{(stream ? "true" : "false")}},"messages":[{"role":"user","content":"{{words}}"}]}""";

    private static int Tokens(JsonElement body, string name) => body.GetProperty("usage").GetProperty(name).GetInt32();

    private async Task<string> TextAsync(Uri server, string body)
    {
        using HttpResponseMessage response = await gateway.SendAsync(
            HttpMethod.Post, Path, body, change: request => request.RequestUri = new Uri(server, Path));
        return await Guard.Within(response.Content.ReadAsStringAsync());
    }

    [GeneratedRegex("\"(id|created)\":(\"[^\"]*\"|[0-9]+)")]
    private static partial Regex Varying();
}
