using System.Buffers;

namespace OpenClaw.Edge.Http;

/// <summary>Writes bytes to a response body.</summary>
internal static class BodyBytes
{
    private const int Step = 16 * 1024;

    /// <summary>Copies bytes, always asking for the room they need: before the headers are out, Kestrel's writer answers a
    /// request without a size with an empty span once its block is exactly full, on which the framework's own
    /// <c>Write</c> throws.</summary>
    public static void Put(this IBufferWriter<byte> output, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            int count = Math.Min(bytes.Length, Step);
            bytes[..count].CopyTo(output.GetSpan(count));
            output.Advance(count);
            bytes = bytes[count..];
        }
    }
}
