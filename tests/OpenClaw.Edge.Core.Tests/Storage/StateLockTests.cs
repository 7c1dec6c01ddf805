using OpenClaw.Edge.Storage;
using OpenClaw.Edge.TestKit;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Storage;

public sealed class StateLockTests : IDisposable
{
    private readonly TempDir _dir = new();
    private readonly ManualTimeProvider _time = new();

    public void Dispose() => _dir.Dispose();

    [Fact]
    public void The_second_one_is_told_who_has_it_and_what_to_do()
    {
        Assert.True(StateLock.TryAcquire(_dir.Root, _time, out StateLock? held, out StateLockHolder? none));
        Assert.Null(none);
        using (held)
        {
            Assert.False(StateLock.TryAcquire(_dir.Root, _time, out StateLock? second, out StateLockHolder? holder));
            Assert.Null(second);
            Assert.Equal(Environment.ProcessId, holder!.ProcessId);
            Assert.Equal(_time.GetUtcNow().ToUnixTimeMilliseconds(), holder.StartedAtMs);
            Assert.Equal(
                $"A gateway already runs on {_dir.Root}: process {Environment.ProcessId} since 2026-01-01 00:00:00 UTC. "
                + $"Stop it (kill {Environment.ProcessId}, or systemctl stop openclaw), or start this one with another --profile.",
                holder.Message);
        }
    }

    [Fact]
    public void It_can_be_taken_again_once_it_is_let_go()
    {
        Assert.True(StateLock.TryAcquire(_dir.Root, _time, out StateLock? first, out _));
        first!.Dispose();
        Assert.True(StateLock.TryAcquire(_dir.Root, _time, out StateLock? second, out _));
        second!.Dispose();
    }

    [Fact]
    public void A_file_left_by_a_dead_process_does_not_hold_it()
    {
        _dir.Write("gateway.lock", "");
        _dir.Write("gateway.pid", "999999 1763000000000\nand more than the new text");
        Assert.True(StateLock.TryAcquire(_dir.Root, _time, out StateLock? held, out _));
        held!.Dispose();
        Assert.Equal($"{Environment.ProcessId} {_time.GetUtcNow().ToUnixTimeMilliseconds()}\n", _dir.Read("gateway.pid"));
    }

    [Fact]
    public void The_files_are_for_their_owner_only()
    {
        Assert.True(StateLock.TryAcquire(_dir.Root, _time, out StateLock? held, out _));
        held!.Dispose();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_dir.PathOf("gateway.lock")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_dir.PathOf("gateway.pid")));
    }

    [Fact]
    public void A_missing_directory_is_named()
    {
        StorageException cause = Assert.Throws<StorageException>(() => StateLock.TryAcquire(_dir.PathOf("nope"), _time, out _, out _));
        Assert.Contains(_dir.PathOf("nope"), cause.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_holder_that_cannot_be_read_still_gives_a_message() => Assert.Equal(
        "A gateway already runs on /s: another process. Stop it (systemctl stop openclaw), or start this one with another --profile.",
        new StateLockHolder("/s", null, null).Message);
}
