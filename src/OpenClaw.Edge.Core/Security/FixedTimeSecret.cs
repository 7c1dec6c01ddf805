using System.Security.Cryptography;
using System.Text;

namespace OpenClaw.Edge.Security;

/// <summary>Compares secrets in a time that tells neither their bytes nor their length.</summary>
public static class FixedTimeSecret
{
    // Hashing with a key nobody knows makes both sides equally long and unrelated to the text.
    private static readonly byte[] Key = RandomNumberGenerator.GetBytes(32);

    private static Hashed? _expected; // the gateway's own secret: the same object at every request

    /// <summary>Whether both texts are the same.</summary>
    /// <param name="presented">What a caller sent.</param>
    /// <param name="expected">The secret; its hash is kept until another is asked for.</param>
    public static bool AreEqual(string presented, string expected)
    {
        ArgumentNullException.ThrowIfNull(presented);
        ArgumentNullException.ThrowIfNull(expected);
        Hashed? kept = Volatile.Read(ref _expected);
        if (kept is null || !ReferenceEquals(kept.Text, expected))
        {
            kept = new Hashed(expected, HMACSHA256.HashData(Key, Encoding.UTF8.GetBytes(expected)));
            Volatile.Write(ref _expected, kept);
        }

        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(Key, Encoding.UTF8.GetBytes(presented), hash);
        return CryptographicOperations.FixedTimeEquals(hash, kept.Hash);
    }

    private sealed record Hashed(string Text, byte[] Hash);
}
