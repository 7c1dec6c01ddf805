using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace OpenClaw.Edge.Hosting.Logging;

/// <summary>journald's native protocol: one datagram an entry, with fields that <c>journalctl</c> can search. Used by the log's
/// writer loop only. Source: https://systemd.io/JOURNAL_NATIVE_PROTOCOL/</summary>
internal sealed class JournalSocket : IDisposable
{
    private const int MaxText = 32 * 1024; // characters; a datagram of more than some 200 KB would need a memfd
    private const int SendTimeoutMs = 1000; // a journal that is stuck costs the log's loop a second, then the line goes the other way

    private readonly Socket _socket;
    private readonly ArrayBufferWriter<byte> _entry = new(1024);

    private JournalSocket(Socket socket) => _socket = socket;

    /// <summary>Connects; null where there is no journal.</summary>
    public static JournalSocket? Connect(string path)
    {
        Socket? socket = null;
        try
        {
            socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { SendTimeout = SendTimeoutMs };
            socket.Connect(new UnixDomainSocketEndPoint(path));
            JournalSocket connected = new(socket);
            socket = null;
            return connected;
        }
        catch (SocketException)
        {
            return null;
        }
        finally
        {
            socket?.Dispose();
        }
    }

    /// <summary>Hands a line to the journal; false when it was not taken.</summary>
    public bool TryWrite(in LogLine line)
    {
        _entry.ResetWrittenCount();
        string text = line.Text.Length <= MaxText ? line.Text : line.Text[..MaxText];
        Field("MESSAGE", $"{line.Subsystem}: {text}");
        Field("PRIORITY", LogFormat.Priority(line.Level).ToString(CultureInfo.InvariantCulture));
        Field("SYSLOG_IDENTIFIER", "openclaw");
        Field("OPENCLAW_SUBSYSTEM", line.Subsystem);
        if (line.EventId != 0)
        {
            Field("OPENCLAW_EVENT_ID", line.EventId.ToString(CultureInfo.InvariantCulture));
        }

        foreach ((string name, string value) in line.Fields ?? [])
        {
            Field(name, value);
        }

        try
        {
            return _socket.Send(_entry.WrittenSpan) == _entry.WrittenCount;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <inheritdoc />
    public void Dispose() => _socket.Dispose();

    // NAME=value LF; a value with line breaks: NAME LF, its length in 64 bits little-endian, the value, LF.
    private void Field(string name, string value)
    {
        Encoding.ASCII.GetBytes(name, _entry);
        if (value.Contains('\n', StringComparison.Ordinal))
        {
            _entry.Write("\n"u8);
            BinaryPrimitives.WriteUInt64LittleEndian(_entry.GetSpan(8), (ulong)Encoding.UTF8.GetByteCount(value));
            _entry.Advance(8);
        }
        else
        {
            _entry.Write("="u8);
        }

        Encoding.UTF8.GetBytes(value, _entry);
        _entry.Write("\n"u8);
    }
}
