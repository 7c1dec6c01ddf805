using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace OpenClaw.Edge.Protocol.Sse;

/// <summary>Turns the insides of JSON strings into valid UTF-8, over many strings that together are one text. A surrogate
/// half or part of a character at the end of one string waits for the next one; what never completes becomes U+FFFD. Never
/// throws on input. Not thread-safe; one a text.</summary>
public sealed class JsonTextDecoder
{
    private const int MaxSequence = 4; // longest UTF-8 sequence

    private readonly byte[] _partial = new byte[MaxSequence];
    private int _partialLength;
    private char _high;

    /// <summary>Decodes one string's bytes, without the quotes and still escaped, onto the end of the output.</summary>
    public void Append(ReadOnlySpan<byte> escaped, IBufferWriter<byte> output)
    {
        while (!escaped.IsEmpty)
        {
            int slash = escaped.IndexOf((byte)'\\');
            ReadOnlySpan<byte> plain = slash < 0 ? escaped : escaped[..slash];
            if (!plain.IsEmpty)
            {
                EndHigh(output);
                AppendPlain(plain, output, keepTail: slash < 0);
            }

            if (slash < 0)
            {
                return;
            }

            EndPartial(output);
            escaped = escaped[slash..];
            escaped = escaped[AppendEscape(escaped, output)..];
        }
    }

    /// <summary>Ends the text: what still waits for its other half becomes U+FFFD.</summary>
    public void Flush(IBufferWriter<byte> output)
    {
        EndHigh(output);
        EndPartial(output);
    }

    private void AppendPlain(ReadOnlySpan<byte> plain, IBufferWriter<byte> output, bool keepTail)
    {
        if (_partialLength > 0)
        {
            plain = Complete(plain, output);
        }

        if (Utf8.IsValid(plain))
        {
            output.Write(plain);
            return;
        }

        while (!plain.IsEmpty)
        {
            OperationStatus status = Rune.DecodeFromUtf8(plain, out _, out int length);
            if (status == OperationStatus.NeedMoreData && keepTail)
            {
                plain.CopyTo(_partial);
                _partialLength = plain.Length;
                return;
            }

            output.Write(status == OperationStatus.Done ? plain[..length] : Replacement);
            plain = plain[length..];
        }
    }

    /// <summary>Puts the waiting part of a character together with what follows.</summary>
    private ReadOnlySpan<byte> Complete(ReadOnlySpan<byte> plain, IBufferWriter<byte> output)
    {
        Span<byte> joined = stackalloc byte[2 * MaxSequence];
        _partial.AsSpan(0, _partialLength).CopyTo(joined);
        int taken = Math.Min(MaxSequence, plain.Length);
        plain[..taken].CopyTo(joined[_partialLength..]);
        joined = joined[..(_partialLength + taken)];
        OperationStatus status = Rune.DecodeFromUtf8(joined, out _, out int length);
        if (status == OperationStatus.NeedMoreData)
        {
            joined.CopyTo(_partial);
            _partialLength = joined.Length;
            return default;
        }

        output.Write(status == OperationStatus.Done ? joined[..length] : Replacement);
        int used = length - _partialLength;
        _partialLength = 0;
        return plain[used..];
    }

    private int AppendEscape(ReadOnlySpan<byte> escaped, IBufferWriter<byte> output)
    {
        if (escaped.Length >= 6 && escaped[1] == (byte)'u' && TryHex(escaped.Slice(2, 4), out char unit))
        {
            AppendUnit(unit, output);
            return 6;
        }

        EndHigh(output);
        byte plain = escaped.Length < 2 ? (byte)0 : escaped[1] switch
        {
            (byte)'n' => (byte)'\n',
            (byte)'t' => (byte)'\t',
            (byte)'r' => (byte)'\r',
            (byte)'b' => (byte)'\b',
            (byte)'f' => (byte)'\f',
            (byte)'"' or (byte)'\\' or (byte)'/' => escaped[1],
            _ => (byte)0,
        };
        if (plain == 0)
        {
            output.Write(Replacement);
            return 1; // not JSON; what follows the backslash is shown as it stands
        }

        output.GetSpan(1)[0] = plain;
        output.Advance(1);
        return 2;
    }

    private void AppendUnit(char unit, IBufferWriter<byte> output)
    {
        if (char.IsLowSurrogate(unit) && _high != 0)
        {
            Write(new Rune(_high, unit), output);
            _high = '\0';
            return;
        }

        EndHigh(output);
        if (char.IsHighSurrogate(unit))
        {
            _high = unit;
        }
        else
        {
            Write(char.IsLowSurrogate(unit) ? Rune.ReplacementChar : new Rune(unit), output);
        }
    }

    private static ReadOnlySpan<byte> Replacement => "\uFFFD"u8;

    private void EndHigh(IBufferWriter<byte> output)
    {
        if (_high != 0)
        {
            output.Write(Replacement);
            _high = '\0';
        }
    }

    private void EndPartial(IBufferWriter<byte> output)
    {
        if (_partialLength > 0)
        {
            output.Write(Replacement);
            _partialLength = 0;
        }
    }

    private static void Write(Rune rune, IBufferWriter<byte> output) =>
        output.Advance(rune.EncodeToUtf8(output.GetSpan(MaxSequence)));

    private static bool TryHex(ReadOnlySpan<byte> digits, out char unit)
    {
        int value = 0;
        foreach (byte digit in digits)
        {
            int nibble = digit switch
            {
                >= (byte)'0' and <= (byte)'9' => digit - '0',
                >= (byte)'a' and <= (byte)'f' => digit - 'a' + 10,
                >= (byte)'A' and <= (byte)'F' => digit - 'A' + 10,
                _ => -1,
            };
            if (nibble < 0)
            {
                unit = default;
                return false;
            }

            value = (value << 4) | nibble;
        }

        unit = (char)value;
        return true;
    }
}
