using System.Buffers;
using System.Text;

namespace OpenClaw.Edge.Agents;

/// <summary>The answer text of one run as it grows: raw for storing, and JSON-escaped for frames. Each delta is escaped
/// once; messages of a run are separated by a blank line. What was taken is never written again and outlives this object:
/// frames that wait for slow peers point at it. Not thread-safe; the run's publisher locks around it.</summary>
internal sealed class TurnText : IDisposable
{
    /// <summary>Most bytes of one run's text; a model that goes on is cut off.</summary>
    public const int MaxBytes = 4 * 1024 * 1024;

    private const int FirstBufferBytes = 512;

    // RFC 8259 §7: quotation mark, reverse solidus and the control characters must be escaped, nothing else.
    private static readonly SearchValues<byte> s_escaped = SearchValues.Create(
    [
        .. Enumerable.Range(0, 0x20).Select(value => (byte)value), (byte)'"', (byte)'\\',
    ]);

    private byte[] _raw = [];
    private byte[] _json = []; // not from a pool: readers may hold it for longer than we do
    private int _rawLength;
    private int _jsonLength;
    private int _rawMessageStart;
    private int _jsonMessageStart;
    private int _rawBegun; // where the message began, before the blank line
    private int _jsonBegun;
    private int _jsonDeltaStart;
    private int _jsonRunDeltaStart;

    /// <summary>Whether text waits to be taken.</summary>
    public bool HasPending => _jsonLength > _jsonDeltaStart;

    /// <summary>Escaped bytes of the whole run: what a frame costs, near enough.</summary>
    public int EscapedBytes => _jsonLength;

    /// <summary>Whether there is no room for more.</summary>
    public bool IsFull => _rawLength >= MaxBytes;

    /// <summary>Text of the current message as UTF-8; valid until the next append.</summary>
    public ReadOnlySpan<byte> Message => _raw.AsSpan(_rawMessageStart, _rawLength - _rawMessageStart);

    /// <summary>Text of the current message.</summary>
    public string MessageText => Encoding.UTF8.GetString(Message);

    /// <summary>Text of the whole run.</summary>
    public string RunText => Encoding.UTF8.GetString(_raw.AsSpan(0, _rawLength));

    /// <summary>Starts the next message of the run.</summary>
    public void BeginMessage()
    {
        (_rawBegun, _jsonBegun) = (_rawLength, _jsonLength);
        _rawMessageStart = _rawLength;
        _jsonMessageStart = _jsonLength;
        _jsonDeltaStart = _jsonLength;
        _jsonRunDeltaStart = _jsonLength;
    }

    /// <summary>Forgets the current message, which nobody has seen.</summary>
    public void DropMessage()
    {
        (_rawLength, _jsonLength) = (_rawBegun, _jsonBegun);
        BeginMessage();
    }

    /// <summary>Appends whole UTF-8 characters; what does not fit is dropped.</summary>
    public void Append(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty || IsFull)
        {
            return;
        }

        if (_rawLength > 0 && _rawLength == _rawMessageStart)
        {
            AppendRaw("\n\n"u8);
            AppendJson("\\n\\n"u8);
            _rawMessageStart = _rawLength;
            _jsonMessageStart = _jsonLength;
            _jsonDeltaStart = _jsonLength; // the blank line belongs to the run, not to the message
        }

        AppendRaw(utf8);
        while (!utf8.IsEmpty)
        {
            int plain = utf8.IndexOfAny(s_escaped);
            AppendJson(plain < 0 ? utf8 : utf8[..plain]);
            if (plain < 0)
            {
                return;
            }

            AppendEscape(utf8[plain]);
            utf8 = utf8[(plain + 1)..];
        }
    }

    /// <summary>Takes the pending text for one event.</summary>
    public TextPiece Take()
    {
        TextPiece piece = new(
            _json.AsMemory(_jsonDeltaStart, _jsonLength - _jsonDeltaStart),
            _json.AsMemory(_jsonMessageStart, _jsonLength - _jsonMessageStart),
            _json.AsMemory(_jsonRunDeltaStart, _jsonLength - _jsonRunDeltaStart),
            _json.AsMemory(0, _jsonLength));
        _jsonDeltaStart = _jsonLength;
        _jsonRunDeltaStart = _jsonLength;
        return piece;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        Return(_raw);
        (_raw, _json, _rawLength, _jsonLength) = ([], [], 0, 0);
        BeginMessage();
    }

    private void AppendEscape(byte value)
    {
        ReadOnlySpan<byte> hex = "0123456789abcdef"u8;
        switch (value)
        {
            case (byte)'"': AppendJson("\\\""u8); break;
            case (byte)'\\': AppendJson("\\\\"u8); break;
            case (byte)'\n': AppendJson("\\n"u8); break;
            case (byte)'\r': AppendJson("\\r"u8); break;
            case (byte)'\t': AppendJson("\\t"u8); break;
            default:
                AppendJson([(byte)'\\', (byte)'u', (byte)'0', (byte)'0', hex[value >> 4], hex[value & 15]]);
                break;
        }
    }

    private void AppendRaw(ReadOnlySpan<byte> bytes)
    {
        if (_raw.Length - _rawLength < bytes.Length)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(GrownLength(_raw, _rawLength + bytes.Length));
            _raw.AsSpan(0, _rawLength).CopyTo(larger);
            Return(_raw);
            _raw = larger;
        }

        bytes.CopyTo(_raw.AsSpan(_rawLength));
        _rawLength += bytes.Length;
    }

    private void AppendJson(ReadOnlySpan<byte> bytes)
    {
        if (_json.Length - _jsonLength < bytes.Length)
        {
            byte[] larger = GC.AllocateUninitializedArray<byte>(GrownLength(_json, _jsonLength + bytes.Length));
            _json.AsSpan(0, _jsonLength).CopyTo(larger);
            _json = larger;
        }

        bytes.CopyTo(_json.AsSpan(_jsonLength));
        _jsonLength += bytes.Length;
    }

    private static int GrownLength(byte[] buffer, int needed) => Math.Max(FirstBufferBytes, Math.Max(buffer.Length * 2, needed));

    private static void Return(byte[] rented)
    {
        if (rented.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
