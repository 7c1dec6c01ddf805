using OpenClaw.Edge.Platform;
using OpenClaw.Edge.TestKit;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Platform;

public sealed class LoopPulseTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ManualTimeProvider time = new();

    [Fact]
    public async Task A_loop_that_owes_an_answer_for_too_long_is_named_until_it_answers()
    {
        var pulse = new LoopPulse(time);
        TaskCompletionSource asked = new();
        TaskCompletionSource answer = new();
        pulse.Watch("database writer", () =>
        {
            asked.TrySetResult();
            return answer.Task;
        });

        Assert.Null(pulse.Stuck(Patience));
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(5));
        time.Advance(TimeSpan.FromSeconds(60));
        Assert.Null(pulse.Stuck(Patience));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("the database writer has not turned for 61 s", pulse.Stuck(Patience));

        answer.SetResult();
        using CancellationTokenSource guard = new(TimeSpan.FromSeconds(5));
        while (pulse.Stuck(Patience) is not null)
        {
            guard.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    [Fact]
    public async Task A_loop_that_fails_still_turns()
    {
        var pulse = new LoopPulse(time);
        using SemaphoreSlim asked = new(0);
        pulse.Watch("database writer", () =>
        {
            asked.Release();
            throw new IOException("disk full");
        });
        for (int round = 0; round < 3; round++)
        {
            Assert.Null(pulse.Stuck(TimeSpan.FromHours(1)));
            Assert.True(await asked.WaitAsync(TimeSpan.FromSeconds(5)));
            using CancellationTokenSource guard = new(TimeSpan.FromSeconds(5));
            while (round < 2 && asked.CurrentCount == 0)
            {
                guard.Token.ThrowIfCancellationRequested();
                Assert.Null(pulse.Stuck(TimeSpan.FromHours(1)));
                await Task.Yield();
            }
        }
    }
}
