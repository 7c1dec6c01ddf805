using System.Globalization;
using System.Text;

namespace OpenClaw.Edge.Care;

/// <summary>Writes regular files as ustar, with a pax header where a name or a size needs one. Owners are not kept. Not thread-safe.</summary>
public sealed class TarWriter(Stream stream)
{
    private const long LargestUstar = 0x1_FFFF_FFFF; // eleven octal digits

    private readonly byte[] _buffer = new byte[64 << 10];

    /// <summary>Writes a small member.</summary>
    public void Write(string path, ReadOnlySpan<byte> contents, DateTimeOffset modified, UnixFileMode mode)
    {
        Head(path, contents.Length, modified, mode);
        stream.Write(contents);
        Pad(contents.Length);
    }

    /// <summary>Writes a member of exactly <paramref name="size"/> bytes from <paramref name="source"/>, showing each piece to
    /// <paramref name="seen"/>.</summary>
    /// <exception cref="EndOfStreamException">The source ended early.</exception>
    public void Write(string path, Stream source, long size, DateTimeOffset modified, UnixFileMode mode, Action<ReadOnlyMemory<byte>> seen)
    {
        Head(path, size, modified, mode);
        for (long left = size; left > 0;)
        {
            int read = source.Read(_buffer, 0, (int)Math.Min(left, _buffer.Length));
            if (read == 0)
            {
                throw new EndOfStreamException();
            }

            seen(_buffer.AsMemory(0, read));
            stream.Write(_buffer, 0, read);
            left -= read;
        }

        Pad(size);
    }

    /// <summary>Ends the archive. The stream stays open.</summary>
    public void Finish() => stream.Write(new byte[2 * TarFormat.Block]);

    private void Head(string path, long size, DateTimeOffset modified, UnixFileMode mode)
    {
        byte[] name = Encoding.UTF8.GetBytes(path);
        bool plain = name.Length <= TarFormat.NameLength && name.Length == path.Length;
        if (!plain || size > LargestUstar)
        {
            string records = Record("path", path) + (size > LargestUstar ? Record("size", size.ToString(CultureInfo.InvariantCulture)) : "");
            byte[] extended = Encoding.UTF8.GetBytes(records);
            Header("pax"u8, extended.Length, modified, mode, 'x');
            stream.Write(extended);
            Pad(extended.Length);
        }

        Header(plain ? name : "long-name"u8, Math.Min(size, LargestUstar), modified, mode, '0');
    }

    // "%d %s=%s\n": the length counts itself.
    private static string Record(string key, string value)
    {
        int rest = Encoding.UTF8.GetByteCount(value) + key.Length + 3;
        int length = rest + 1;
        while (length != rest + length.ToString(CultureInfo.InvariantCulture).Length)
        {
            length = rest + length.ToString(CultureInfo.InvariantCulture).Length;
        }

        return $"{length} {key}={value}\n";
    }

    private void Header(ReadOnlySpan<byte> name, long size, DateTimeOffset modified, UnixFileMode mode, char kind)
    {
        Span<byte> header = stackalloc byte[TarFormat.Block];
        header.Clear();
        name.CopyTo(header);
        Octal(header[TarFormat.ModeAt..], 7, (long)mode & 0x1FF);
        Octal(header[(TarFormat.ModeAt + 8)..], 7, 0);
        Octal(header[(TarFormat.ModeAt + 16)..], 7, 0);
        Octal(header[TarFormat.SizeAt..], 11, size);
        Octal(header[TarFormat.TimeAt..], 11, Math.Max(0, modified.ToUnixTimeSeconds()));
        header[TarFormat.KindAt] = (byte)kind;
        "ustar\000"u8.CopyTo(header[TarFormat.MagicAt..]);
        Octal(header[TarFormat.SumAt..], 6, TarFormat.Sum(header));
        header[TarFormat.SumAt + 7] = (byte)' ';
        stream.Write(header);
    }

    private static void Octal(Span<byte> field, int digits, long value)
    {
        for (int i = digits - 1; i >= 0; i--)
        {
            field[i] = (byte)('0' + (value & 7));
            value >>= 3;
        }
    }

    private void Pad(long size) => stream.Write(new byte[TarFormat.Padding(size)]);
}
