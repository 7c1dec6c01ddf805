using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace OpenClaw.Edge.Automation;

/// <summary>What is written on one side is read on the other, without a limit in time and with one in size. The reader sees the end after
/// <see cref="End"/>.</summary>
internal sealed class CronPipe : Stream
{
    private const int MaxPieces = 64;

    private readonly Channel<byte[]> _pieces = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(MaxPieces) { SingleReader = true });
    private ReadOnlyMemory<byte> _left;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    [ExcludeFromCodeCoverage(Justification = "no reader asks")]
    public override long Length => throw new NotSupportedException();

    [ExcludeFromCodeCoverage(Justification = "no reader asks")]
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Puts bytes in; false when it has ended or nobody reads.</summary>
    public bool Put(byte[] bytes) => _pieces.Writer.TryWrite(bytes);

    public void End() => _pieces.Writer.TryComplete();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_left.Length == 0)
        {
            if (!await _pieces.Reader.WaitToReadAsync(cancellationToken))
            {
                return 0;
            }

            _left = _pieces.Reader.TryRead(out byte[]? piece) ? piece : default;
        }

        int count = Math.Min(buffer.Length, _left.Length);
        _left[..count].CopyTo(buffer);
        _left = _left[count..];
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
