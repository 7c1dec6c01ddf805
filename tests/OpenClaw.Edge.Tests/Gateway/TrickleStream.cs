using System.Threading.Channels;
using OpenClaw.Edge.TestKit;

namespace OpenClaw.Edge.Tests.Gateway;

/// <summary>A peer whose bytes come when the test gives them; giving waits until they were read and the reader waits again.</summary>
internal sealed class TrickleStream : Stream
{
    private readonly Channel<byte[]> given = Channel.CreateBounded<byte[]>(1);
    private TaskCompletionSource hungry = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private byte[] rest = [];

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public async Task GiveAsync(byte[] bytes)
    {
        await Guard.Within(hungry.Task, "a reader");
        hungry = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await given.Writer.WriteAsync(bytes);
        if (bytes.Length < 697)
        {
            await Guard.Within(hungry.Task, "the reader to come back");
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (rest.Length == 0)
        {
            hungry.TrySetResult();
            await given.Reader.WaitToReadAsync(cancellationToken);
            if (buffer.Length == 0)
            {
                return 0;
            }

            rest = await given.Reader.ReadAsync(cancellationToken);
        }

        int count = Math.Min(rest.Length, buffer.Length);
        rest.AsSpan(0, count).CopyTo(buffer.Span);
        rest = rest[count..];
        return count;
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
