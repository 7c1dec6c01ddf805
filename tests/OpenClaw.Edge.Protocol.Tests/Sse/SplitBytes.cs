using System.Buffers;

namespace OpenClaw.Edge.Protocol.Tests.Sse;

/// <summary>Cuts bytes as sockets do.</summary>
internal static class SplitBytes
{
    /// <summary>The bytes as a sequence of segments of at most <paramref name="size"/>.</summary>
    public static ReadOnlySequence<byte> Every(ReadOnlyMemory<byte> bytes, int size)
    {
        Segment first = new(bytes[..Math.Min(size, bytes.Length)], 0);
        Segment last = first;
        for (int at = size; at < bytes.Length; at += size)
        {
            last = last.Append(bytes.Slice(at, Math.Min(size, bytes.Length - at)));
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long index) => (Memory, RunningIndex) = (memory, index);

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
