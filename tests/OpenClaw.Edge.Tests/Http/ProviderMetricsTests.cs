using System.Net;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.TestKit.Models;
using Xunit;

namespace OpenClaw.Edge.Tests.Http;

/// <summary>What <c>/metrics</c> tells of each model server.</summary>
public sealed class ProviderMetricsTests
{
    private const string Passed = """{"model":"local/scripted:8b","messages":[{"role":"user","content":"hi"}],"stream":true}""";
    private const string Turn = """{"model":"openclaw","messages":[{"role":"user","content":"hi"}]}""";

    [Fact]
    public async Task A_call_that_passes_through_counts_with_its_tokens_and_first_piece()
    {
        await using HttpHost host = await HttpHost.StartAsync();
        host.Models.Enqueue(ModelAnswer.Say("a", "b") with { PromptTokens = 41, CompletionTokens = 2 });
        await (await host.ChatAsync(Passed.Replace("true", "false", StringComparison.Ordinal))).Content.ReadAsStringAsync();
        string text = await host.Client.GetStringAsync("/metrics");
        Assert.Contains("openclaw_model_calls_total{provider=\"local\",outcome=\"ok\"} 1\n", text);
        Assert.Contains("openclaw_model_tokens_total{provider=\"local\",type=\"input\"} 41\n", text);
        Assert.Contains("openclaw_model_tokens_total{provider=\"local\",type=\"output\"} 2\n", text);
        Assert.Contains("openclaw_model_first_token_seconds_bucket{provider=\"local\",le=\"+Inf\"} 1\n", text);
        Assert.Contains("openclaw_model_first_token_seconds_count{provider=\"local\"} 1\n", text);
    }

    [Fact]
    public async Task An_agents_turn_counts_for_the_provider_that_answered()
    {
        await using HttpHost host = await HttpHost.StartAsync();
        await (await host.ChatAsync(Turn)).Content.ReadAsStringAsync();
        string text = await host.Client.GetStringAsync("/api/diagnostics/prometheus");
        Assert.Contains("openclaw_model_calls_total{provider=\"script\",outcome=\"ok\"} 1\n", text);
        Assert.Contains("openclaw_model_tokens_total{provider=\"script\",type=\"input\"} 90\n", text);
        Assert.Contains("openclaw_model_tokens_total{provider=\"script\",type=\"cache_read\"} 10\n", text);
        Assert.Contains("openclaw_model_tokens_total{provider=\"script\",type=\"output\"} 12\n", text);
    }

    [Theory]
    [InlineData(429, "rate_limited")]
    [InlineData(404, "model_not_found")]
    [InlineData(503, "server_error")]
    [InlineData(403, "unauthorized")]
    [InlineData(400, "bad_request")]
    public async Task A_refusal_counts_by_its_kind(int status, string outcome)
    {
        await using HttpHost host = await HttpHost.StartAsync();
        host.Models.Enqueue(ModelAnswer.Fail(status, "no"));
        await (await host.ChatAsync(Passed)).Content.ReadAsStringAsync();
        string text = await host.Client.GetStringAsync("/metrics");
        Assert.Contains($"openclaw_model_calls_total{{provider=\"local\",outcome=\"{outcome}\"}} 1\n", text);
        Assert.Contains("openclaw_model_calls_total{provider=\"local\",outcome=\"ok\"} 0\n", text);
    }

    [Fact]
    public async Task A_server_that_is_away_and_one_that_breaks_off_count_apart()
    {
        await using HttpHost host = await HttpHost.StartAsync();
        host.Models.Enqueue(ModelAnswer.Broken(ModelFault.Drop, 1, "one", "two", "three"));
        await (await host.ChatAsync(Passed)).Content.ReadAsStringAsync();
        await host.Models.GoAwayAsync();
        await (await host.ChatAsync(Passed)).Content.ReadAsStringAsync();
        string text = await host.Client.GetStringAsync("/metrics");
        Assert.Contains("openclaw_model_calls_total{provider=\"local\",outcome=\"dropped_mid_stream\"} 1\n", text);
        Assert.Contains("openclaw_model_calls_total{provider=\"local\",outcome=\"unreachable\"} 1\n", text);
    }

    [Fact]
    public async Task A_caller_that_leaves_counts_as_cancelled()
    {
        await using HttpHost host = await HttpHost.StartAsync();
        TaskCompletionSource never = new();
        host.Models.Enqueue(ModelAnswer.Say("one", "two") with { HoldRest = never.Task });
        HttpResponseMessage response = await host.ChatAsync(Passed);
        ScriptedRequest upstream = await host.Models.NextChatRequestAsync();
        await Guard.Within(upstream.FirstPiece);
        response.Dispose();
        await Guard.Within(upstream.ClientGone);
        string text = "";
        long began = TimeProvider.System.GetTimestamp();
        while (!text.Contains("openclaw_model_calls_total{provider=\"local\",outcome=\"cancelled\"} 1\n", StringComparison.Ordinal))
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(5), text);
            text = await host.Client.GetStringAsync("/metrics");
        }
    }

    [Fact]
    public async Task A_providers_name_can_not_break_the_lines()
    {
        ModelProviderEntry odd = new()
        {
            Id = "a\"b\\c",
            Api = "openai-completions",
            BaseUri = new Uri("http://odd.invalid/"),
            Provider = new ScriptedProvider(),
            Local = true,
        };
        await using HttpHost host = await HttpHost.StartAsync(extra: [odd]);
        await (await host.ChatAsync("""{"model":"a\"b\\c/model","messages":[{"role":"user","content":"hi"}]}""")).Content.ReadAsStringAsync();
        Assert.Contains("{provider=\"a\\\"b\\\\c\",outcome=\"ok\"} 1\n", await host.Client.GetStringAsync("/metrics"));
    }

    [Fact]
    public async Task Metrics_are_behind_the_token()
    {
        await using HttpHost host = await HttpHost.StartAsync();
        host.Client.DefaultRequestHeaders.Authorization = null;
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.Client.GetAsync("/metrics")).StatusCode);
    }
}
