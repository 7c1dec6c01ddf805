using OpenClaw.Edge.Agents;
using OpenClaw.Edge.TestKit;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Agents;

public sealed class DeltaPacerTests
{
    [Theory]
    [InlineData(2_000, 1, 1, 0.09)]
    [InlineData(2_000, 1, 128, 11.5)]
    [InlineData(20_000, 8, 8, 51.9)]
    [InlineData(20_000, 8, 16, 75)]
    [InlineData(20_000, 16, 32, 103.7)]
    [InlineData(20_000, 100, 100, 250)]
    public void Spaces_frames_by_what_they_cost(long textBytes, int audience, int runs, double milliseconds) =>
        Assert.Equal(milliseconds, DeltaPacer.Interval(textBytes, audience, runs).TotalMilliseconds, 0.1);

    [Fact]
    public void Passes_at_once_while_cheap_and_flushes_later_when_not()
    {
        ManualTimeProvider time = new();
        int flushes = 0;
        using DeltaPacer pacer = new(time, () => flushes++);

        Assert.True(pacer.MayPass(20_000, 8, 16));
        pacer.Passed();
        Assert.False(pacer.MayPass(20_000, 8, 16));
        time.Advance(74);
        Assert.False(pacer.MayPass(20_000, 8, 16));
        Assert.Equal(0, flushes);
        time.Advance(1);

        Assert.Equal(1, flushes);
        Assert.True(pacer.MayPass(20_000, 8, 16));
    }
}
