using System.Globalization;
using System.Text;

namespace OpenClaw.Edge.Care;

/// <summary>Reads an archive of regular files and directories: ustar, with pax and GNU long names. A link, a device or a damaged header is
/// an <see cref="InvalidDataException"/>. Not thread-safe.</summary>
public sealed class TarReader(Stream stream)
{
    // What may follow the end: tar pads to its record of 10 KiB, some write more.
    private const int MaxTail = 1 << 20;

    private readonly byte[] _header = new byte[TarFormat.Block];
    private readonly byte[] _buffer = new byte[64 << 10];
    private long _left;
    private int _padding;

    /// <summary>Goes to the next entry, over what is left of the one before; null at the end.</summary>
    public TarEntry? Next()
    {
        string? longName = null;
        long? longSize = null;
        while (true)
        {
            Skip(_left + _padding);
            (_left, _padding) = (0, 0);
            stream.ReadExactly(_header);
            if (!_header.AsSpan().ContainsAnyExcept((byte)0))
            {
                End();
                return null;
            }

            if (Octal(TarFormat.SumAt, 8) != TarFormat.Sum(_header))
            {
                throw new InvalidDataException("a header of the archive is damaged");
            }

            long size = longSize ?? Octal(TarFormat.SizeAt, 12);
            char kind = (char)_header[TarFormat.KindAt];
            if (kind is 'x' or 'g' or 'L')
            {
                (string? name, long? bytes) = Extended(kind, Octal(TarFormat.SizeAt, 12));
                longName = name ?? longName;
                longSize = bytes ?? longSize;
                continue;
            }

            string path = longName ?? Name();
            if (kind is not ('0' or '\0' or '5'))
            {
                throw new InvalidDataException($"'{path}' is no regular file (kind '{kind}')");
            }

            _left = kind == '5' ? 0 : size;
            _padding = TarFormat.Padding(_left);
            return new TarEntry(path.TrimEnd('/'), _left, (UnixFileMode)(Octal(TarFormat.ModeAt, 8) & 0x1FF), kind == '5');
        }
    }

    /// <summary>Hands the bytes of the entry out, in pieces that are valid during the call.</summary>
    public void Read(Action<ReadOnlyMemory<byte>> piece)
    {
        while (_left > 0)
        {
            int read = stream.Read(_buffer, 0, (int)Math.Min(_left, _buffer.Length));
            if (read == 0)
            {
                throw new EndOfStreamException();
            }

            _left -= read;
            piece(_buffer.AsMemory(0, read));
        }
    }

    /// <summary>The bytes of the entry at once.</summary>
    /// <exception cref="InvalidDataException">There are more than <paramref name="most"/>.</exception>
    public byte[] ReadAll(int most)
    {
        if (_left > most)
        {
            throw new InvalidDataException($"a member has {_left} bytes, {most} are the most");
        }

        byte[] bytes = new byte[_left];
        stream.ReadExactly(bytes);
        _left = 0;
        return bytes;
    }

    private (string? Name, long? Size) Extended(char kind, long size)
    {
        _left = size;
        byte[] bytes = ReadAll(TarFormat.MaxExtended);
        _padding = TarFormat.Padding(size);
        if (kind == 'L')
        {
            return (Encoding.UTF8.GetString(bytes).TrimEnd('\0'), null);
        }

        string? name = null;
        long? length = null;
        for (ReadOnlySpan<byte> rest = bytes; rest.Length > 0 && kind == 'x';)
        {
            int space = rest.IndexOf((byte)' ');
            if (space < 1 || !int.TryParse(rest[..space], NumberStyles.None, CultureInfo.InvariantCulture, out int record)
                || record <= space + 1 || record > rest.Length)
            {
                throw new InvalidDataException("an extended header of the archive is damaged");
            }

            string text = Encoding.UTF8.GetString(rest[(space + 1)..(record - 1)]);
            rest = rest[record..];
            if (text.StartsWith("path=", StringComparison.Ordinal))
            {
                name = text[5..];
            }
            else if (text.StartsWith("size=", StringComparison.Ordinal))
            {
                length = long.TryParse(text.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out long bytesNamed)
                    ? bytesNamed
                    : throw new InvalidDataException("an extended header of the archive is damaged");
            }
        }

        return (name, length);
    }

    private string Name()
    {
        string name = Text(0, TarFormat.NameLength);
        string prefix = _header.AsSpan(TarFormat.MagicAt, 6).SequenceEqual("ustar\0"u8) ? Text(TarFormat.PrefixAt, TarFormat.PrefixLength) : "";
        return prefix.Length > 0 ? $"{prefix}/{name}" : name;
    }

    private string Text(int at, int length)
    {
        ReadOnlySpan<byte> field = _header.AsSpan(at, length);
        int end = field.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? field : field[..end]);
    }

    private long Octal(int at, int length)
    {
        long value = 0;
        foreach (byte digit in _header.AsSpan(at, length).Trim(" \0"u8))
        {
            if (digit is < (byte)'0' or > (byte)'7')
            {
                throw new InvalidDataException("a number in a header of the archive is damaged"); // GNU's binary numbers are for files of 8 GiB and more
            }

            value = (value << 3) | (uint)(digit - '0');
        }

        return value;
    }

    private void Skip(long bytes)
    {
        while (bytes > 0)
        {
            int read = stream.Read(_buffer, 0, (int)Math.Min(bytes, _buffer.Length));
            bytes -= read > 0 ? read : throw new EndOfStreamException();
        }
    }

    // To the very end, so that the checks of the streams below are made too.
    private void End()
    {
        int tail = 0;
        int read;
        while ((read = stream.Read(_buffer, 0, _buffer.Length)) > 0)
        {
            tail += read;
            if (tail > MaxTail || _buffer.AsSpan(0, read).ContainsAnyExcept((byte)0))
            {
                throw new InvalidDataException("something follows the end of the archive");
            }
        }
    }
}
