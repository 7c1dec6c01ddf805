namespace OpenClaw.Edge.Providers;

/// <summary>Tells reasoning from the answer where a server leaves both in the text: <c>&lt;think&gt;…&lt;/think&gt;</c> at
/// the very start of an answer. Anywhere else the tag is text, as somebody may ask about it. Not thread-safe; one an
/// answer.</summary>
internal sealed class ThinkSplitter
{
    /// <summary>Reasoning after which a missing end tag is no longer waited for: what follows is the answer.</summary>
    public const int MaxThinkingBytes = 256 * 1024; // guess: four times the longest reasoning seen, 16k tokens

    private const int MaxBlankBytes = 64; // blank space that may stand before the tag
    private readonly List<(bool Thinking, ReadOnlyMemory<byte> Utf8)> _pieces = new(2);
    private Place _place;
    private byte[] _held = [];
    private int _thinkingBytes;

    private enum Place
    {
        Start,
        Opened,
        Inside,
        Closed,
        Plain,
    }

    private static ReadOnlySpan<byte> Open => "<think>"u8;

    private static ReadOnlySpan<byte> Close => "</think>"u8;

    /// <summary>Splits the next run of answer text; what may be part of a tag is held until it is known. The pieces are valid
    /// until the next call, and as long as <paramref name="text"/> is.</summary>
    public IReadOnlyList<(bool Thinking, ReadOnlyMemory<byte> Utf8)> Split(ReadOnlyMemory<byte> text)
    {
        _pieces.Clear();
        if (_held.Length > 0)
        {
            text = (byte[])[.. _held, .. text.Span];
            _held = [];
        }

        while (!text.IsEmpty && Step(ref text))
        {
            // each step takes a tag, blank space, or what is before the next tag
        }

        return _pieces;
    }

    /// <summary>What was still held when the answer ended.</summary>
    public IReadOnlyList<(bool Thinking, ReadOnlyMemory<byte> Utf8)> End()
    {
        _pieces.Clear();
        Add(_place == Place.Inside, _held);
        _held = [];
        return _pieces;
    }

    private bool Step(ref ReadOnlyMemory<byte> text)
    {
        int blank = text.Length - text.Span.TrimStart(" \t\r\n"u8).Length;
        switch (_place)
        {
            case Place.Start:
                return Begin(ref text, blank);
            case Place.Opened or Place.Closed:
                text = text[blank..];
                if (!text.IsEmpty)
                {
                    _place = _place == Place.Opened ? Place.Inside : Place.Plain;
                }

                return true;
            case Place.Inside:
                return Think(ref text);
            default:
                Add(thinking: false, text);
                return false;
        }
    }

    private bool Begin(ref ReadOnlyMemory<byte> text, int blank)
    {
        ReadOnlySpan<byte> rest = text.Span[blank..];
        if (rest.StartsWith(Open))
        {
            text = text[(blank + Open.Length)..];
            _place = Place.Opened;
            return true;
        }

        if (blank <= MaxBlankBytes && Open.StartsWith(rest))
        {
            _held = text.ToArray();
            return false;
        }

        _place = Place.Plain;
        return true;
    }

    private bool Think(ref ReadOnlyMemory<byte> text)
    {
        int end = text.Span.IndexOf(Close);
        if (end >= 0)
        {
            Add(thinking: true, text[..end]);
            text = text[(end + Close.Length)..];
            _place = Place.Closed;
            return true;
        }

        int held = Math.Min(Close.Length - 1, text.Length);
        while (held > 0 && !Close.StartsWith(text.Span[^held..]))
        {
            held--;
        }

        Add(thinking: true, text[..^held]);
        _held = text[^held..].ToArray();
        _thinkingBytes += text.Length;
        if (_thinkingBytes > MaxThinkingBytes)
        {
            _place = Place.Plain;
        }

        return false;
    }

    private void Add(bool thinking, ReadOnlyMemory<byte> utf8)
    {
        if (!utf8.IsEmpty)
        {
            _pieces.Add((thinking, utf8));
        }
    }
}
