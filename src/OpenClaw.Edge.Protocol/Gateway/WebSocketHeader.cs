using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace OpenClaw.Edge.Protocol.Gateway;

/// <summary>Head of a WebSocket frame: clients mask, the gateway does not, nobody uses extensions. Source: RFC 6455, 5.2.</summary>
/// <param name="Fin">Whether the message ends with this frame.</param>
/// <param name="Opcode">Kind of frame.</param>
/// <param name="Length">Payload bytes.</param>
/// <param name="Mask">Masking key as it lies on the wire.</param>
public readonly record struct WebSocketHeader(bool Fin, WebSocketOpcode Opcode, long Length, uint Mask)
{
    /// <summary>Longest header of a frame.</summary>
    public const int MaxBytes = 14;

    private const int MaxControlPayload = 125;

    /// <summary>Reads a client's header. Never throws.</summary>
    public static WebSocketHeaderResult TryRead(ReadOnlySpan<byte> bytes, out WebSocketHeader header, out int consumed) =>
        TryRead(bytes, masked: true, out header, out consumed);

    /// <summary>Reads a server's header. Never throws.</summary>
    public static WebSocketHeaderResult TryReadServer(ReadOnlySpan<byte> bytes, out WebSocketHeader header, out int consumed) =>
        TryRead(bytes, masked: false, out header, out consumed);

    // FIN RSV1-3 opcode(4) | MASK len(7) | len(16|64)? | mask(32)?
    private static WebSocketHeaderResult TryRead(ReadOnlySpan<byte> bytes, bool masked, out WebSocketHeader header, out int consumed)
    {
        header = default;
        consumed = 0;
        if (bytes.Length < 2)
        {
            return WebSocketHeaderResult.Incomplete;
        }

        bool fin = (bytes[0] & 0x80) != 0;
        int code = bytes[0] & 0x0f;
        bool control = code >= 8;
        if ((bytes[0] & 0x70) != 0 || code is > 2 and < 8 or > 10 || (bytes[1] & 0x80) != 0 != masked)
        {
            return WebSocketHeaderResult.ProtocolError;
        }

        long length = bytes[1] & 0x7f;
        int extra = length switch { 126 => 2, 127 => 8, _ => 0 };
        if (control && (!fin || length > MaxControlPayload))
        {
            return WebSocketHeaderResult.ProtocolError;
        }

        int key = masked ? 4 : 0;
        if (bytes.Length < 2 + extra + key)
        {
            return WebSocketHeaderResult.Incomplete;
        }

        length = extra switch
        {
            2 => BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]),
            8 => BinaryPrimitives.ReadInt64BigEndian(bytes[2..]),
            _ => length,
        };
        if (length < 0)
        {
            return WebSocketHeaderResult.ProtocolError;
        }

        uint mask = masked ? MemoryMarshal.Read<uint>(bytes[(2 + extra)..]) : 0;
        header = new WebSocketHeader(fin, (WebSocketOpcode)code, length, mask);
        consumed = 2 + extra + key;
        return WebSocketHeaderResult.Read;
    }

    /// <summary>Bytes of a server's header for a payload.</summary>
    public static int ServerHeaderBytes(int payloadLength) => payloadLength switch
    {
        <= MaxControlPayload => 2,
        <= ushort.MaxValue => 4,
        _ => 10,
    };

    /// <summary>Writes a server's header (final, unmasked) and returns its length.</summary>
    public static int WriteServer(Span<byte> destination, WebSocketOpcode opcode, int payloadLength)
    {
        destination[0] = (byte)(0x80 | (int)opcode);
        int bytes = ServerHeaderBytes(payloadLength);
        switch (bytes)
        {
            case 2:
                destination[1] = (byte)payloadLength;
                break;
            case 4:
                destination[1] = 126;
                BinaryPrimitives.WriteUInt16BigEndian(destination[2..], (ushort)payloadLength);
                break;
            default:
                destination[1] = 127;
                BinaryPrimitives.WriteUInt64BigEndian(destination[2..], (ulong)payloadLength);
                break;
        }

        return bytes;
    }

    /// <summary>Writes a client's header (final, masked) and returns its length.</summary>
    public static int WriteClient(Span<byte> destination, WebSocketOpcode opcode, int payloadLength, uint mask)
    {
        int bytes = WriteServer(destination, opcode, payloadLength);
        destination[1] |= 0x80;
        MemoryMarshal.Write(destination[bytes..], in mask);
        return bytes + sizeof(uint);
    }

    /// <summary>Masks or unmasks in place; the payload starts at the first byte of the key.</summary>
    public static void ApplyMask(Span<byte> payload, uint mask)
    {
        if (mask == 0)
        {
            return;
        }

        int done = 0;
        if (payload.Length >= Vector<byte>.Count)
        {
            var key = Vector.AsVectorByte(new Vector<uint>(mask));
            Span<Vector<byte>> blocks = MemoryMarshal.Cast<byte, Vector<byte>>(payload);
            for (int index = 0; index < blocks.Length; index++)
            {
                blocks[index] ^= key;
            }

            done = blocks.Length * Vector<byte>.Count;
        }

        Span<byte> keyBytes = stackalloc byte[4];
        MemoryMarshal.Write(keyBytes, in mask);
        for (; done < payload.Length; done++)
        {
            payload[done] ^= keyBytes[done & 3];
        }
    }
}
