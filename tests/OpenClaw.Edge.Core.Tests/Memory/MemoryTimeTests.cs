using System.Globalization;
using OpenClaw.Edge.Memory;
using OpenClaw.Edge.TestKit;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Memory;

/// <summary>What depends on time: pauses after failures, deadlines, age, and the background's loop.</summary>
public sealed class MemoryTimeTests : IAsyncLifetime
{
    private readonly ManualTimeProvider _clock = new();
    private readonly MemoryHome _home;

    public MemoryTimeTests() => _home = new MemoryHome(time: _clock);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _home.DisposeAsync();

    [Fact]
    public async Task A_failing_embedder_is_left_alone_for_longer_and_longer()
    {
        _home.Write("memory/a.md", "A dog.");
        await _home.IndexAsync();
        _home.Fault = (_, _) => throw new MemoryEmbedderException("the runner has crashed");

        MemoryAnswer failed = await _home.SearchAsync("dog");
        int calls = _home.Calls;
        MemoryAnswer paused = await _home.SearchAsync("dog");
        Assert.Equal(calls, _home.Calls);
        _clock.Advance(TimeSpan.FromSeconds(16));
        await _home.SearchAsync("dog");
        Assert.Equal(calls + 1, _home.Calls);
        _clock.Advance(TimeSpan.FromSeconds(16));
        await _home.SearchAsync("dog");
        Assert.Equal(calls + 1, _home.Calls);
        _clock.Advance(TimeSpan.FromSeconds(16));
        _home.Fault = null;
        MemoryAnswer back = await _home.SearchAsync("puppy");

        Assert.Equal(("fts-only", "fts-only", "hybrid"), (failed.Mode, paused.Mode, back.Mode));
        Assert.Equal(["memory/a.md"], failed.Hits.Select(hit => hit.Path));
        Assert.Equal("Searched by words only. the runner has crashed", paused.Notice);
        Assert.Equal(["memory/a.md"], back.Hits.Select(hit => hit.Path));
    }

    [Fact]
    public async Task A_silent_embedder_does_not_hold_up_a_search()
    {
        _home.Write("memory/a.md", "A dog.");
        await _home.IndexAsync();
        TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _home.Fault = (_, cancellationToken) =>
        {
            asked.TrySetResult();
            return Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        };

        Task<MemoryAnswer> search = _home.SearchAsync("dog");
        await Guard.Within(asked.Task);
        _clock.Advance(TimeSpan.FromSeconds(10));
        MemoryAnswer answer = await Guard.Within(search);

        Assert.Equal(["memory/a.md"], answer.Hits.Select(hit => hit.Path));
        Assert.Equal("Searched by words only. test/words did not answer within 10 s.", answer.Notice);
    }

    [Fact]
    public async Task An_embedder_that_goes_silent_while_indexing_is_given_up_and_words_are_there()
    {
        _home.Write("memory/a.md", "A dog.");
        TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _home.Fault = (_, cancellationToken) =>
        {
            asked.TrySetResult();
            return Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        };

        Task<MemoryStatus> index = _home.IndexAsync();
        await Guard.Within(asked.Task);
        Assert.Equal(1, _home.Number("SELECT COUNT(*) FROM memory_words WHERE memory_words MATCH 'dog'"));
        _clock.Advance(TimeSpan.FromMinutes(2));
        MemoryStatus status = await Guard.Within(index);

        Assert.Equal("test/words made no vectors within 120 s", status.Problem);
    }

    [Fact]
    public async Task Newer_notes_come_before_older_ones_that_say_the_same()
    {
        _home.HasEmbedder = false;
        string today = _clock.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        _home.Write("memory/2025-06-01.md", "The dog went to the vet.");
        _home.Write($"memory/{today}.md", "The dog went to the vet.");

        MemoryAnswer answer = await _home.SearchAsync("dog vet");
        Assert.Equal([$"memory/{today}.md", "memory/2025-06-01.md"], answer.Hits.Select(hit => hit.Path));
        Assert.Equal(Math.Pow(0.5, 214 / 30.0), answer.Hits[1].Score / answer.Hits[0].Score, 0.001);
    }

    [Fact]
    public async Task The_background_indexes_at_the_start_and_after_a_touch()
    {
        _home.Write("memory/a.md", "A dog.");
        _home.Index.Start();
        await UntilEmbeddedAsync("A dog.");
        _home.Write("memory/b.md", "A car.");
        _home.Index.Touch("main");
        await UntilEmbeddedAsync("A car.");
    }

    [Fact]
    public async Task The_background_tries_a_failed_embedder_again_by_itself()
    {
        _home.Write("memory/a.md", "A dog.");
        TaskCompletionSource failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _home.Fault = (_, _) =>
        {
            failed.TrySetResult();
            throw new MemoryEmbedderException("down");
        };
        _home.Index.Start();
        await PumpAsync(() => failed.Task.IsCompleted);
        _home.Fault = null;

        await UntilEmbeddedAsync("A dog.");
    }

    [Fact]
    public async Task An_index_that_is_disposed_in_the_middle_ends()
    {
        _home.Write("memory/a.md", "A dog.");
        TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _home.Fault = (_, cancellationToken) =>
        {
            asked.TrySetResult();
            return Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        };
        _home.Index.Start();
        await PumpAsync(() => asked.Task.IsCompleted);

        await Guard.Within(_home.RestartAsync());
    }

    [Theory]
    [InlineData(100, 0.25, 300)]
    [InlineData(100, 0.5, 100)]
    [InlineData(60_000, 0.25, 30_000)]
    [InlineData(0, 0.25, 0)]
    public void Work_is_followed_by_rest(int workedMs, double share, int restMs) =>
        Assert.Equal(restMs, CpuBudget.Rest(TimeSpan.FromMilliseconds(workedMs), share).TotalMilliseconds, 0.001);

    private Task UntilEmbeddedAsync(string text) => PumpAsync(() =>
    {
        lock (_home.Embedded)
        {
            return _home.Embedded.Contains(text);
        }
    });

    // The loop waits by this clock only: it is moved until what is waited for has happened.
    private Task PumpAsync(Func<bool> done) => Eventually.HoldsAsync(() =>
    {
        bool isDone = done();
        if (!isDone)
        {
            _clock.Advance(TimeSpan.FromSeconds(5));
        }

        return isDone;
    });
}
