using System.Buffers.Binary;
using System.IO.Compression;

namespace OpenClaw.Edge.TestKit.Fuzz;

/// <summary>Puts messages into a client's WebSocket frames, some as they should be, some not, the same way for the same seed. Not thread-safe.</summary>
public sealed class WireMutator(int seed)
{
    private static readonly byte[] Bomb = Deflate(new byte[4 * 1024 * 1024]); // 4 MiB in about 4 KiB

    private readonly Random random = new(seed);

    /// <summary>The bytes for one message, and what a server must make of them after it has taken whatever whole messages they hold.</summary>
    public WireCase Next(byte[] message, bool isText) => random.Next(48) switch
    {
        0 => new(Frame(0xC1, message), WireEnd.ProtocolError), // RSV1: compressed, which nobody agreed to
        1 => new(Frame(0xC1, Bomb), WireEnd.ProtocolError),
        2 => new(Frame((byte)(0x80 | (0x10 << random.Next(2)) | 1), message), WireEnd.ProtocolError),
        3 => new(Frame((byte)(0x80 | random.Next(3, 8)), message), WireEnd.ProtocolError),
        4 => new(Frame((byte)(0x80 | random.Next(11, 16)), message), WireEnd.ProtocolError),
        5 => new(Unmasked(message), WireEnd.ProtocolError),
        6 => new(Frame(0x80, message), WireEnd.ProtocolError), // the rest of a message that did not begin
        7 => new([.. Frame(0x01, [.. message.Take(1000)]), .. Frame(0x81, message)], WireEnd.ProtocolError), // a message inside another
        8 => new(Frame((byte)random.Next(0x08, 0x0B), message.Take(100).ToArray()), WireEnd.ProtocolError), // half a ping
        9 => new(Frame((byte)random.Next(0x88, 0x8B), new byte[random.Next(126, 70_000)]), WireEnd.ProtocolError),
        10 => new(Claim(-1), WireEnd.ProtocolError),
        11 => new(Claim(long.MaxValue), WireEnd.TooBig),
        12 => new(Claim(26 * 1024 * 1024 + random.Next(1000)), WireEnd.TooBig),
        13 => new(Frame(0x88, [3]), WireEnd.ProtocolError),
        14 => new(Close((ushort)(random.Next(2) == 0 ? random.Next(0, 1000) : random.Next(1016, 3000))), WireEnd.ProtocolError),
        15 => new(Close(1000, 0xC0, 0x80), WireEnd.BadText),
        16 => new([.. Close(3000), .. Frame(0x81, message)], WireEnd.Echo3000),
        17 => new(Fragments(message), isText ? WireEnd.None : WireEnd.BadText, Carries: true),
        18 or 19 => new(Interleaved(message), isText ? WireEnd.None : WireEnd.BadText, Carries: true),
        20 => new([.. Frame(0x89, message.Take(100).ToArray()), .. Frame(0x81, message)], isText ? WireEnd.None : WireEnd.BadText, Carries: true),
        21 => new(Frame(0x82, message), isText ? WireEnd.None : WireEnd.BadText, Carries: true),
        22 => new([.. Frame(0x01, []), .. Frame(0x00, []), .. Frame(0x80, message)], isText ? WireEnd.None : WireEnd.BadText, Carries: true),
        _ => new(Frame(0x81, message), isText ? WireEnd.None : WireEnd.BadText, Carries: true),
    };

    /// <summary>One masked frame.</summary>
    public byte[] Frame(byte first, byte[] payload)
    {
        byte[] mask = BitConverter.GetBytes(random.Next());
        byte[] frame = [.. Head(first, payload.Length, 0x80), .. mask, .. payload];
        for (int i = 0; i < payload.Length; i++)
        {
            frame[frame.Length - payload.Length + i] ^= mask[i & 3];
        }

        return frame;
    }

    private static byte[] Unmasked(byte[] payload) => [.. Head(0x81, payload.Length, 0), .. payload];

    private static byte[] Claim(long length)
    {
        byte[] frame = [0x81, 0xFF, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, (byte)'{'];
        BinaryPrimitives.WriteInt64BigEndian(frame.AsSpan(2), length);
        return frame;
    }

    private byte[] Close(ushort code, params byte[] reason) => Frame(0x88, [(byte)(code >> 8), (byte)code, .. reason]);

    private byte[] Fragments(byte[] message)
    {
        List<byte> wire = [];
        int at = 0;
        byte first = 1;
        for (int i = random.Next(1, 6); i > 0; i--)
        {
            int end = random.Next(at, message.Length + 1);
            wire.AddRange(Frame(first, message[at..end]));
            (at, first) = (end, 0);
        }

        wire.AddRange(Frame(0x80, message[at..]));
        return [.. wire];
    }

    private byte[] Interleaved(byte[] message)
    {
        int cut = random.Next(message.Length + 1);
        return [.. Frame(1, message[..cut]), .. Frame(0x89, [1, 2]), .. Frame(0x8A, []), .. Frame(0x80, message[cut..])];
    }

    private static byte[] Head(byte first, int length, byte mask) => length switch
    {
        < 126 => [first, (byte)(mask | length)],
        <= ushort.MaxValue => [first, (byte)(mask | 126), (byte)(length >> 8), (byte)length],
        _ => [first, (byte)(mask | 127), 0, 0, 0, 0, (byte)(length >> 24), (byte)(length >> 16), (byte)(length >> 8), (byte)length],
    };

    private static byte[] Deflate(byte[] bytes)
    {
        using MemoryStream packed = new();
        using (DeflateStream stream = new(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            stream.Write(bytes);
        }

        return packed.ToArray();
    }
}
