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

    private static long Failures(ProviderCounts counts) => Enum.GetValues<ProviderFailure>().Sum(counts.FailuresOf);
}
