using System.Text;
using OpenClaw.Edge.Automation;
using OpenClaw.Edge.TestKit;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Automation;

public sealed class CronBatchesTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private CronBatches _batches;

    public CronBatchesTests() => _batches = new CronBatches(Stream(), _time);

    public void Dispose() => _batches.Dispose();

    [Fact]
    public async Task Lines_become_one_batch_when_it_is_quiet_for_the_window()
    {
        Hear("one\n");
        _time.Advance(249);
        Hear("two\n"); // begins the window anew
        _time.Advance(249);
        Task<string> next = _batches.NextAsync(CancellationToken.None);
        Assert.False(next.IsCompleted);

        _time.Advance(1);

        Assert.Equal("one\ntwo", await Guard.Within(next, "a batch"));
        Hear("three\n");
        _time.Advance(250);
        Assert.Equal("three", await NextAsync());
        Assert.Equal(0, _batches.TakeCoalesced());
    }

    [Fact]
    public async Task A_window_of_its_own_holds()
    {
        Use(Stream() with { BatchMs = 1000 });
        Hear("one\n");
        _time.Advance(999);
        Task<string> next = _batches.NextAsync(CancellationToken.None);
        Assert.False(next.IsCompleted);

        _time.Advance(1);

        Assert.Equal("one", await Guard.Within(next, "a batch"));
    }

    [Fact]
    public async Task What_comes_while_nobody_takes_is_one_batch_and_counted()
    {
        foreach (string line in (string[])["a", "b", "c"])
        {
            Hear(line + "\n");
            _time.Advance(250);
        }

        Assert.Equal("a\nb\nc", await NextAsync());
        Assert.Equal(2, _batches.TakeCoalesced());
        Assert.Equal(0, _batches.TakeCoalesced());
    }

    [Fact]
    public async Task A_batch_that_was_given_back_stands_in_front_of_what_came_since()
    {
        Hear("a\n");
        _time.Advance(250);
        string batch = await NextAsync();
        Hear("b\n");
        _time.Advance(250);

        _batches.Return(batch);
        await Guard.Within(_batches.ReadyAsync(CancellationToken.None), "a batch");

        Assert.Equal("a\nb", await NextAsync());
    }

    [Fact]
    public async Task Size_ends_a_batch_and_what_does_not_fit_is_cut_between_characters()
    {
        Use(Stream() with { MaxBatchBytes = 1024 });
        Hear(new string('ä', 600) + "\n"); // 1,200 bytes

        string batch = await NextAsync();

        Assert.EndsWith(CronBatches.CutMark, batch, StringComparison.Ordinal);
        Assert.Equal((1024 - CronBatches.CutMark.Length) / 2, batch.Count(sign => sign == 'ä'));
        Assert.True(Encoding.UTF8.GetByteCount(batch) <= 1024);
    }

    [Fact]
    public async Task A_line_may_come_in_pieces_and_its_last_one_at_the_end()
    {
        byte[] bytes = "grün\r\nrest"u8.ToArray();
        foreach (byte one in bytes)
        {
            _batches.Hear([one], isError: false);
        }

        _batches.Hear("of errors"u8, isError: true);
        _batches.End();

        Assert.Equal("grün\nrest\nof errors", await NextAsync());
    }

    [Fact]
    public async Task Only_lines_that_match_count_and_one_that_was_cut_never_does()
    {
        Use(Stream() with { Mode = "match", Match = "^failed", MaxBatchBytes = 1024 });
        Hear("fine\n");
        Hear("failed " + new string('x', 8000) + "\n");
        _time.Advance(250);
        Task<string> next = _batches.NextAsync(CancellationToken.None);
        Assert.False(next.IsCompleted);
        Hear("failed: a\nfine\n");

        _time.Advance(250);

        Assert.Equal("failed: a", await Guard.Within(next, "a batch"));
    }

    private static CronSchedule Stream() => new() { Kind = CronSchedule.StreamKind };

    private void Use(CronSchedule schedule)
    {
        _batches.Dispose();
        _batches = new CronBatches(schedule, _time);
    }

    private void Hear(string text) => _batches.Hear(Encoding.UTF8.GetBytes(text), isError: false);

    private Task<string> NextAsync() => Guard.Within(_batches.NextAsync(CancellationToken.None), "a batch");
}
