using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace OpenClaw.Edge.Care;

/// <summary>A file sealed with a passphrase: a header of 40 bytes (mark, salt, rounds, chunk size, nonce prefix), then chunks of AES-256-GCM.
/// The nonce of a chunk is prefix, counter and "last" flag, so that no chunk can be moved, dropped or cut off unseen (the STREAM
/// construction, Hoang et al. 2015); the header is authenticated with each of them.</summary>
internal static class SealFormat
{
    public const int HeaderBytes = 40;
    public const int TagBytes = 16;
    public const int ChunkBytes = 64 << 10;

    // OWASP Password Storage Cheat Sheet, 2023, for PBKDF2-HMAC-SHA256.
    public const int Rounds = 600_000;

    // A header from elsewhere must not keep a processor busy for minutes.
    private const int MostRounds = 10_000_000;

    private const int SaltAt = 8;
    private const int RoundsAt = 24;
    private const int ChunkAt = 28;
    private const int PrefixAt = 32;
    private const int PrefixBytes = 7;

    /// <summary>What a sealed file begins with.</summary>
    public static ReadOnlySpan<byte> Mark => "OCSEAL1\n"u8;

    /// <summary>A header with new salt and prefix.</summary>
    public static byte[] NewHeader()
    {
        byte[] header = new byte[HeaderBytes];
        Mark.CopyTo(header);
        RandomNumberGenerator.Fill(header.AsSpan(SaltAt, 16));
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(RoundsAt), Rounds);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(ChunkAt), ChunkBytes);
        RandomNumberGenerator.Fill(header.AsSpan(PrefixAt, PrefixBytes));
        return header;
    }

    /// <summary>The cipher of a header.</summary>
    /// <exception cref="InvalidDataException">It is none of ours.</exception>
    public static AesGcm Open(ReadOnlySpan<byte> header, string passphrase)
    {
        int rounds = BinaryPrimitives.ReadInt32BigEndian(header[RoundsAt..]);
        if (!header.StartsWith(Mark) || rounds is < 1 or > MostRounds || BinaryPrimitives.ReadInt32BigEndian(header[ChunkAt..]) != ChunkBytes)
        {
            throw new InvalidDataException("the header of the sealed file is damaged");
        }

        byte[] key = Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(passphrase), header.Slice(SaltAt, 16), rounds, HashAlgorithmName.SHA256, 32);
        try
        {
            return new AesGcm(key, TagBytes);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>Nonce of a chunk, 12 bytes.</summary>
    public static void Nonce(ReadOnlySpan<byte> header, uint counter, bool last, Span<byte> nonce)
    {
        header.Slice(PrefixAt, PrefixBytes).CopyTo(nonce);
        BinaryPrimitives.WriteUInt32BigEndian(nonce[PrefixBytes..], counter);
        nonce[11] = last ? (byte)1 : (byte)0;
    }
}
