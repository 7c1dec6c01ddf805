using OpenClaw.Edge.Providers;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.TestKit.Models;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Providers;

public sealed class ProviderCountersTests
{
    public static TheoryData<string> Apis => [.. Every_wire_tests.Apis];

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task An_answer_counts_once_with_its_tokens(string api)
    {
        await using var wires = new Wires(api);
        wires.Server.Enqueue(ModelAnswer.Say("one", "two") with { PromptTokens = 41, CompletionTokens = 2 });
        await wires.SayAsync("hi");
        ProviderCounts counts = Counts(wires);
        Assert.Equal((1, 0, 41, 2), (counts.Done, counts.Cancelled, counts.InputTokens, counts.OutputTokens));
        Assert.Equal(1, FirstTokens(counts));
        Assert.Equal(0, Failures(counts));
    }

    [Theory]
    [InlineData(500, ProviderFailure.ServerError)]
    [InlineData(429, ProviderFailure.RateLimited)]
    [InlineData(401, ProviderFailure.Unauthorized)]
    [InlineData(400, ProviderFailure.BadRequest)]
    public async Task A_failure_counts_as_what_it_is(int status, ProviderFailure failure)
    {
        await using var wires = new Wires("openai-completions");
        wires.Server.Enqueue(ModelAnswer.Fail(status, "no"));
        await Assert.ThrowsAsync<ProviderException>(() => wires.SayAsync("hi"));
        ProviderCounts counts = Counts(wires);
        Assert.Equal(1, counts.FailuresOf(failure));
        Assert.Equal((1, 0, 0), (Failures(counts), counts.Done, FirstTokens(counts)));
    }

    [Fact]
    public async Task Who_leaves_early_is_counted_as_such()
    {
        await using var wires = new Wires("ollama");
        TaskCompletionSource never = new();
        wires.Server.Enqueue(ModelAnswer.Say("one", "two") with { HoldRest = never.Task });
        using CancellationTokenSource stop = new();
        await foreach (ChatDelta delta in wires.Router.StreamAsync(ModelChoice.Only("box/scripted:8b"), Wires.Ask("hi"), stop.Token))
        {
            if (delta.Kind == ChatDeltaKind.Text)
            {
                break;
            }
        }

        never.SetResult();
        ProviderCounts counts = Counts(wires);
        Assert.Equal((0, 1, 1), (counts.Done, counts.Cancelled, FirstTokens(counts)));
    }

    [Theory]
    [InlineData(60, 40_000, 1_000, null)] // 60 tokens in 40 s, five times: 1.5 a second
    [InlineData(100, 40_000, 1_000, "")] // 2.5
    [InlineData(100, 1_000, 33_000, null)]
    [InlineData(100, 0, 90_000, "")] // not streamed
    [InlineData(100, 1_000, 26_000, "")]
    public void A_slow_model_server_is_named(long tokens, int writing, int first, string? quiet)
    {
        ManualTimeProvider clock = new();
        ProviderCounters counters = new(clock);
        Answer(counters, clock, 1, 1_000, 120_000); // a cold load alone is no reason
        Assert.Null(counters.Slow());
        for (int i = 0; i < 20; i++)
        {
            Answer(counters, clock, tokens, writing, first);
        }

        if (quiet is null)
        {
            Assert.StartsWith("Provider box writes ", counters.Slow(), StringComparison.Ordinal);
        }
        else
        {
            Assert.Null(counters.Slow());
        }
    }

    [Fact]
    public void A_model_server_that_has_become_fast_is_not_named_for_ever()
    {
        ManualTimeProvider clock = new();
        ProviderCounters counters = new(clock);
        for (int i = 0; i < 50; i++)
        {
            Answer(counters, clock, 10, 20_000, 1_000);
        }

        Assert.Equal(
            "Provider box writes 0.5 tokens a second, and begins after 1.0 s, on average of the last answers. Choose a smaller model or a smaller window (params.num_ctx), keep it loaded (keep_alive), or switch thinking off.",
            counters.Slow());
        for (int i = 0; i < 50; i++)
        {
            Answer(counters, clock, 100, 5_000, 500);
        }

        Assert.Null(counters.Slow());
    }

    [Theory]
    [InlineData(40, 0)]
    [InlineData(50, 0)]
    [InlineData(51, 1)]
    [InlineData(2_500, 5)]
    [InlineData(600_000, 11)]
    public void A_first_token_falls_into_the_slot_of_its_time(int milliseconds, int slot)
    {
        ManualTimeProvider clock = new();
        ProviderCounters counters = new(clock);
        using (CallMeter meter = counters.Begin("box", "m"))
        {
            clock.Advance(milliseconds);
            meter.Piece();
            clock.Advance(1_000);
            meter.Piece();
            meter.Succeeded();
        }

        ProviderCounts counts = Assert.Single(counters.All).Value;
        Assert.Equal(1, counts.FirstTokensIn(slot));
        Assert.Equal(1, FirstTokens(counts));
        Assert.Equal(milliseconds / 1000.0, counts.FirstTokenSeconds, 6);
    }

    private static ProviderCounts Counts(Wires wires) => Assert.Single(wires.Router.Counters.All, pair => pair.Key == "box").Value;

    private static long FirstTokens(ProviderCounts counts) =>
        Enumerable.Range(0, ProviderCounts.FirstTokenBounds.Count + 1).Sum(counts.FirstTokensIn);

    private static void Answer(ProviderCounters counters, ManualTimeProvider clock, long tokens, int writing, int first)
    {
        using CallMeter meter = counters.Begin("box", "m");
        clock.Advance(first);
        meter.Piece();
        clock.Advance(writing);
        meter.Tokens(10, tokens, 0);
        meter.Succeeded();
    }

    private static long Failures(ProviderCounts counts) => Enum.GetValues<ProviderFailure>().Sum(counts.FailuresOf);
}
