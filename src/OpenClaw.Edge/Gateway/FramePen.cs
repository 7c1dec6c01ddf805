using System.Buffers.Text;
using System.IO.Pipelines;

namespace OpenClaw.Edge.Gateway;

/// <summary>Puts many small pieces into a pipe one after another: asks for room and reports bytes once a block, not once a
/// piece. <see cref="Commit"/> what was added before the pipe is used by anyone else.</summary>
internal ref struct FramePen(PipeWriter output)
{
    private const int MaxAskedBytes = 4096; // a block of the web server's pool: more would come from elsewhere

    private Span<byte> _room;
    private int _used;

    /// <summary>Adds bytes.</summary>
    public void Add(scoped ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > _room.Length - _used)
        {
            int fits = _room.Length - _used;
            bytes[..fits].CopyTo(_room[_used..]);
            _used += fits;
            bytes = bytes[fits..];
            Commit();
            _room = output.GetSpan(Math.Min(bytes.Length, MaxAskedBytes));
        }

        bytes.CopyTo(_room[_used..]);
        _used += bytes.Length;
    }

    /// <summary>Adds a number in decimal digits.</summary>
    public void Add(long number)
    {
        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(number, digits, out int written);
        Add(digits[..written]);
    }

    /// <summary>Adds text that is ASCII.</summary>
    public void AddAscii(string text)
    {
        Span<byte> some = stackalloc byte[128];
        for (int at = 0; at < text.Length; at += some.Length)
        {
            System.Text.Ascii.FromUtf16(text.AsSpan(at, Math.Min(some.Length, text.Length - at)), some, out int written);
            Add(some[..written]);
        }
    }

    /// <summary>Hands the pipe what was added; the pen may go on.</summary>
    public void Commit()
    {
        if (_used > 0)
        {
            output.Advance(_used);
        }

        _room = default;
        _used = 0;
    }

    /// <summary>Digits of a number that is not negative.</summary>
    public static int DigitsOf(long number)
    {
        int digits = 1;
        for (long rest = number; rest >= 10; rest /= 10)
        {
            digits++;
        }

        return digits;
    }
}
