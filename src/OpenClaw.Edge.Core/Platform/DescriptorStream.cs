using System.Runtime.InteropServices;

namespace OpenClaw.Edge.Platform;

/// <summary>Writes to an open file descriptor, without a buffer. The console's own streams load the terminal's description and switch
/// its keypad before the first byte. Whoever stopped reading (a closed pipe, a terminal that is gone) is ignored, as they do. Not thread-safe.</summary>
/// <param name="descriptor">1 for standard output, 2 for standard error; it is not closed.</param>
public sealed partial class DescriptorStream(int descriptor) : Stream
{
    private const int Interrupted = 4; // EINTR, Linux
    private const int TryAgain = 11; // EAGAIN, Linux
    private const short Writable = 4; // POLLOUT, Linux

    /// <inheritdoc />
    public override bool CanRead => false;

    /// <inheritdoc />
    public override bool CanSeek => false;

    /// <inheritdoc />
    public override bool CanWrite => true;

    /// <inheritdoc />
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc />
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <inheritdoc />
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            nint written = Put(descriptor, buffer, (nuint)buffer.Length);
            if (written >= 0)
            {
                buffer = buffer[(int)written..];
                continue;
            }

            int problem = Marshal.GetLastPInvokeError();
            if (problem == TryAgain)
            {
                PollEntry entry = new() { Descriptor = descriptor, Events = Writable };
                _ = Poll(ref entry, 1, 1000);
            }
            else if (problem != Interrupted)
            {
                return; // nobody reads any more
            }
        }
    }

    /// <inheritdoc />
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc />
    public override void Flush()
    {
    }

    /// <inheritdoc />
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc />
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc />
    public override void SetLength(long value) => throw new NotSupportedException();

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Put(int descriptor, ReadOnlySpan<byte> buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Poll(ref PollEntry entry, nuint count, int milliseconds);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int Descriptor;
        public short Events;
        public short Happened;
    }
}
