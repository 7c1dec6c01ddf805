using OpenClaw.Edge.TestKit;

namespace OpenClaw.Edge.Tests.Gateway;

/// <summary>A peer that takes bytes only when the test lets it: everything written is kept.</summary>
internal sealed class StallingStream : Stream
{
    private readonly MemoryStream taken = new();
    private readonly SemaphoreSlim door = new(0);
    private readonly SemaphoreSlim waiting = new(0);

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>What the peer has got, once nothing is being written.</summary>
    public byte[] Taken => taken.ToArray();

    /// <summary>Waits until a write is under way and stuck.</summary>
    public Task StuckAsync() => Guard.Within(waiting.WaitAsync(), "a write");

    /// <summary>Lets so many writes through.</summary>
    public void Take(int writes) => door.Release(writes);

    /// <summary>Lets everything through from now on.</summary>
    public void Open() => door.Release(1_000_000);

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        waiting.Release();
        await door.WaitAsync(cancellationToken);
        taken.Write(buffer.Span);
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        taken.Dispose();
        door.Dispose();
        waiting.Dispose();
        base.Dispose(disposing);
    }
}
