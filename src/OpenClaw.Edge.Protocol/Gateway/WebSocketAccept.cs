using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace OpenClaw.Edge.Protocol.Gateway;

/// <summary>The answer to a <c>Sec-WebSocket-Key</c>. Source: RFC 6455, 4.2.2. It proves that the peer speaks the protocol
/// and guards nothing; made here because the system's SHA-1 loads a cryptographic library of 5 MB into each command.</summary>
public static class WebSocketAccept
{
    private const int BlockBytes = 64;
    private const int MaxKeyBytes = 64; // the RFC's have 24

    private static ReadOnlySpan<byte> Magic => "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"u8;

    /// <summary>The value of <c>Sec-WebSocket-Accept</c>. Throws <see cref="ArgumentException"/> for a key of more than 64 letters.</summary>
    public static string Of(string key)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(key.Length, MaxKeyBytes, nameof(key));
        Span<byte> padded = stackalloc byte[2 * BlockBytes];
        padded.Clear();
        int length = Encoding.ASCII.GetBytes(key, padded);
        Magic.CopyTo(padded[length..]);
        length += Magic.Length;
        padded[length] = 0x80;
        padded = length + 9 > BlockBytes ? padded : padded[..BlockBytes];
        BinaryPrimitives.WriteInt64BigEndian(padded[^8..], length * 8L);
        Span<uint> state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];
        for (; !padded.IsEmpty; padded = padded[BlockBytes..])
        {
            Add(padded[..BlockBytes], state);
        }

        Span<byte> digest = stackalloc byte[20];
        for (int word = 0; word < state.Length; word++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(digest[(4 * word)..], state[word]);
        }

        return Convert.ToBase64String(digest);
    }

    // Source: FIPS 180-4, 6.1.2.
    private static void Add(ReadOnlySpan<byte> block, Span<uint> state)
    {
        Span<uint> words = stackalloc uint[80];
        for (int t = 0; t < words.Length; t++)
        {
            words[t] = t < 16
                ? BinaryPrimitives.ReadUInt32BigEndian(block[(4 * t)..])
                : BitOperations.RotateLeft(words[t - 3] ^ words[t - 8] ^ words[t - 14] ^ words[t - 16], 1);
        }

        (uint a, uint b, uint c, uint d, uint e) = (state[0], state[1], state[2], state[3], state[4]);
        for (int t = 0; t < words.Length; t++)
        {
            uint mixed = (t / 20) switch
            {
                0 => ((b & c) | (~b & d)) + 0x5a827999,
                1 => (b ^ c ^ d) + 0x6ed9eba1,
                2 => ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc,
                _ => (b ^ c ^ d) + 0xca62c1d6,
            };
            (a, b, c, d, e) = (BitOperations.RotateLeft(a, 5) + mixed + e + words[t], a, BitOperations.RotateLeft(b, 30), c, d);
        }

        state[0] += a;
        state[1] += b;
        state[2] += c;
        state[3] += d;
        state[4] += e;
    }
}
