namespace OpenClaw.Edge.Tests.Fuzz;

/// <summary>A peer whose bytes are all there and come in pieces of random size; then it is gone.</summary>
internal sealed class ChunkStream(byte[] bytes, Random random) : Stream
{
    private int at;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int most = random.Next(4) == 0 ? random.Next(1, 16) : random.Next(1, 8192);
        int count = Math.Min(Math.Min(buffer.Length, most), bytes.Length - at);
        bytes.AsMemory(at, count).CopyTo(buffer);
        at += count;
        return ValueTask.FromResult(count);
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
