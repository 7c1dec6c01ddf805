using System.Buffers;
using System.Buffers.Text;

namespace OpenClaw.Edge.Tools;

/// <summary>Cuts what a program prints into lines. A line that is too long is thrown away up to its end. Not thread-safe.</summary>
internal sealed class McpLines(int maxBytes)
{
    private const int Edge = 256; // of a dropped line, at each end: where the id of an answer stands

    private readonly byte[] _head = new byte[Edge];
    private ArrayBufferWriter<byte> _kept = new();
    private byte[] _tail = [];
    private bool _dropping;

    /// <summary>Takes the next bytes.</summary>
    /// <param name="bytes">Bytes as they came.</param>
    /// <param name="line">Gets each line without its end; empty ones not.</param>
    /// <param name="dropped">Gets the id of each message that was too long, null when it has none.</param>
    public void Add(ReadOnlySpan<byte> bytes, Action<ReadOnlySpan<byte>> line, Action<long?> dropped)
    {
        while (bytes.IndexOf((byte)'\n') is >= 0 and int end)
        {
            ReadOnlySpan<byte> piece = bytes[..end];
            bytes = bytes[(end + 1)..];
            if (!_dropping && _kept.WrittenCount == 0 && piece.Length <= maxBytes)
            {
                Tell(piece, line);
                continue;
            }

            Keep(piece);
            if (_dropping)
            {
                dropped(IdOf(_tail) ?? IdOf(_head));
                _dropping = false;
            }
            else
            {
                Tell(_kept.WrittenSpan, line);
            }

            Forget();
        }

        Keep(bytes);
    }

    private static void Tell(ReadOnlySpan<byte> piece, Action<ReadOnlySpan<byte>> line)
    {
        piece = piece.EndsWith("\r"u8) ? piece[..^1] : piece;
        if (!piece.IsEmpty)
        {
            line(piece);
        }
    }

    private void Keep(ReadOnlySpan<byte> piece)
    {
        if (!_dropping && _kept.WrittenCount + piece.Length > maxBytes)
        {
            _dropping = true;
            ReadOnlySpan<byte> start = _kept.WrittenCount > 0 ? _kept.WrittenSpan : piece;
            start[..Math.Min(Edge, start.Length)].CopyTo(_head);
            _kept = new();
        }

        if (_dropping)
        {
            byte[] joined = [.. _tail, .. piece[Math.Max(0, piece.Length - Edge)..]];
            _tail = joined[Math.Max(0, joined.Length - Edge)..];
        }
        else
        {
            _kept.Write(piece);
        }
    }

    private void Forget()
    {
        _tail = [];
        _head.AsSpan().Clear();
        if (_kept.Capacity > 64 * 1024)
        {
            _kept = new(); // one large answer is not kept for ever
        }
        else
        {
            _kept.ResetWrittenCount();
        }
    }

    // An answer has its id first or last, by the server's taste; the last one wins, as a result may hold ids of its own.
    private static long? IdOf(ReadOnlySpan<byte> edge)
    {
        int at = edge.LastIndexOf("\"id\":"u8);
        ReadOnlySpan<byte> digits = at < 0 ? default : edge[(at + 5)..].TrimStart((byte)' ');
        return Utf8Parser.TryParse(digits, out long id, out int used) && used > 0 ? id : null;
    }
}
