using System.Buffers;

namespace OpenClaw.Edge.Tools;

/// <summary>Reads the body of an answer up to a limit.</summary>
internal static class WebBody
{
    /// <summary>The bytes, and whether there were more.</summary>
    public static async Task<(byte[] Bytes, bool Cut)> ReadAsync(HttpContent content, int most, CancellationToken cancellationToken)
    {
        await using Stream stream = await content.ReadAsStreamAsync(cancellationToken);
        ArrayBufferWriter<byte> body = new();
        while (body.WrittenCount < most)
        {
            Memory<byte> room = body.GetMemory(16 * 1024);
            int read = await stream.ReadAsync(room[..Math.Min(room.Length, most - body.WrittenCount)], cancellationToken);
            if (read == 0)
            {
                return (body.WrittenSpan.ToArray(), false);
            }

            body.Advance(read);
        }

        return (body.WrittenSpan.ToArray(), true);
    }
}
