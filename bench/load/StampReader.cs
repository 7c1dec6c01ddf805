using System.Diagnostics;

namespace OpenClaw.Edge.Load;

/// <summary>Finds the moments that the model wrote into its text (see TokenStream.Stamp) and notes how long ago they were. Not thread-safe.</summary>
/// <param name="marker">What stands right before a text that counts, so that repetitions of it elsewhere in a message do not.</param>
internal sealed class StampReader(string marker)
{
    private const int Digits = 12; // shortest stamp: nanoseconds since start of a machine that is up for a quarter of an hour
    private readonly byte[] prefix = System.Text.Encoding.UTF8.GetBytes(marker);
    private long last;

    /// <summary>Age of every stamp on arrival, in microseconds.</summary>
    public Samples Ages { get; } = new();

    /// <summary>Reads the stamps of a piece of the stream that arrived just now. A message that is cut in two is not counted.</summary>
    public void Read(ReadOnlySpan<byte> bytes)
    {
        long now = Stopwatch.GetTimestamp();
        int at;
        while ((at = bytes.IndexOf(prefix)) >= 0)
        {
            bytes = bytes[(at + prefix.Length)..];
            int end = bytes.IndexOf((byte)'"');
            if (end < 0)
            {
                return;
            }

            Take(bytes[..end], now);
            bytes = bytes[end..];
        }
    }

    private void Take(ReadOnlySpan<byte> text, long now)
    {
        foreach (Range word in text.Split((byte)' '))
        {
            ReadOnlySpan<byte> digits = text[word];
            if (digits.Length >= Digits && System.Buffers.Text.Utf8Parser.TryParse(digits, out long made, out int used) && used == digits.Length && made > last)
            {
                last = made;
                Ages.Add((now - made) * 1_000_000.0 / Stopwatch.Frequency);
            }
        }
    }
}
