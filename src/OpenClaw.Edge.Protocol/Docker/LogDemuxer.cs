using System.Buffers.Binary;

namespace OpenClaw.Edge.Protocol.Docker;

/// <summary>Splits the output of a command without a terminal: frames of <c>[stream, 0, 0, 0, length as four bytes, big end
/// first]</c> and payload. Holds no payload back: what arrives is passed on at once. One per stream; not thread-safe.
/// Source: Engine API 1.41, ContainerAttach.</summary>
public sealed class LogDemuxer
{
    private const int HeaderBytes = 8;

    private readonly byte[] _header = new byte[HeaderBytes];
    private int _headerFilled;
    private uint _left;
    private bool _isError;

    /// <summary>Whether the bytes so far end between two frames.</summary>
    public bool IsWhole => _left == 0 && _headerFilled == 0;

    /// <summary>Passes payload on with a flag for standard error. False when the bytes are no such stream; the demuxer is
    /// then of no further use.</summary>
    public bool TryFeed(ReadOnlySpan<byte> bytes, Action<ReadOnlySpan<byte>, bool> onOutput)
    {
        ArgumentNullException.ThrowIfNull(onOutput);
        while (bytes.Length > 0)
        {
            if (_left > 0)
            {
                int take = (int)Math.Min(_left, (uint)bytes.Length);
                onOutput(bytes[..take], _isError);
                _left -= (uint)take;
                bytes = bytes[take..];
                continue;
            }

            int head = Math.Min(HeaderBytes - _headerFilled, bytes.Length);
            bytes[..head].CopyTo(_header.AsSpan(_headerFilled));
            _headerFilled += head;
            bytes = bytes[head..];
            if (_headerFilled == HeaderBytes && !TryReadHeader())
            {
                return false;
            }
        }

        return true;
    }

    private bool TryReadHeader()
    {
        // 0 is standard input echoed back, which engines send as output
        if (_header[0] > 2 || (_header[1] | _header[2] | _header[3]) != 0)
        {
            return false;
        }

        _isError = _header[0] == 2;
        _left = BinaryPrimitives.ReadUInt32BigEndian(_header.AsSpan(4));
        _headerFilled = 0;
        return true;
    }
}
