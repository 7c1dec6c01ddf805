using System.Text;

namespace OpenClaw.Edge.Protocol.Json5;

/// <summary>A growing array of output bytes and the pairs that lead back to the source. Bounded by the input's limit: no
/// input byte makes more than six output bytes.</summary>
internal ref struct Json5Buffer(int capacity)
{
    private byte[] _bytes = new byte[Math.Max(capacity, 16)];
    private int[] _map = new int[Math.Max(capacity / 8, 16) & ~1];
    private int _mapped;

    /// <summary>Bytes written.</summary>
    public int Length { get; private set; }

    public void Append(byte value)
    {
        if (Length == _bytes.Length)
        {
            Array.Resize(ref _bytes, Length * 2);
        }
        _bytes[Length++] = value;
    }

    public void Append(scoped ReadOnlySpan<byte> values)
    {
        if (Length + values.Length > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, Length + values.Length));
        }
        values.CopyTo(_bytes.AsSpan(Length));
        Length += values.Length;
    }

    /// <summary>Appends a control character as <c>\u00XX</c>.</summary>
    public void AppendEscape(byte control)
    {
        Append("\\u00"u8);
        Append((byte)"0123456789abcdef"[control >> 4]);
        Append((byte)"0123456789abcdef"[control & 15]);
    }

    /// <summary>Appends a character of a JSON string, escaped when it has to be.</summary>
    public void AppendRune(Rune rune)
    {
        if (rune.Value < 0x20)
        {
            AppendEscape((byte)rune.Value);
            return;
        }
        if (rune.Value is '"' or '\\')
        {
            Append((byte)'\\');
        }
        Span<byte> utf8 = stackalloc byte[4];
        Append(utf8[..rune.EncodeToUtf8(utf8)]);
    }

    /// <summary>Notes that the next output byte comes from this place of the source.</summary>
    public void Mark(int sourceOffset)
    {
        if (_mapped == _map.Length)
        {
            Array.Resize(ref _map, _mapped * 2);
        }
        _map[_mapped++] = Length;
        _map[_mapped++] = sourceOffset;
    }

    /// <summary>The bytes so far, not copied.</summary>
    public readonly ReadOnlyMemory<byte> ToMemory() => _bytes.AsMemory(0, Length);

    /// <summary>The marks so far.</summary>
    public readonly int[] ToMap() => _map[.._mapped];
}
