namespace OpenClaw.Edge.Protocol.Json5;

/// <summary>The JSON made of a JSON5 text, and the way back from a place in it to the line that a person wrote. Keeps the
/// source; immutable.</summary>
public sealed class Json5Document
{
    private readonly int[] _map; // pairs: offset in the JSON, offset in the source; both ascending

    internal Json5Document(ReadOnlyMemory<byte> source, ReadOnlyMemory<byte> json, int[] map)
    {
        Source = source;
        Json = json;
        _map = map;
    }

    /// <summary>The text as it came.</summary>
    public ReadOnlyMemory<byte> Source { get; }

    /// <summary>One value of UTF-8 JSON without blanks or comments.</summary>
    public ReadOnlyMemory<byte> Json { get; }

    /// <summary>Where in the source the token was that starts at, or spans, this offset of <see cref="Json"/>.</summary>
    public int SourceOffset(int jsonOffset)
    {
        int low = 0;
        int high = _map.Length / 2 - 1;
        int found = 0;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            if (_map[middle * 2] <= jsonOffset)
            {
                found = _map[middle * 2 + 1];
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }
        return found;
    }

    /// <summary>Line and column of the token that starts at, or spans, this offset of <see cref="Json"/>.</summary>
    public Json5Position Locate(int jsonOffset) => Json5Position.Of(Source.Span, SourceOffset(jsonOffset));
}
