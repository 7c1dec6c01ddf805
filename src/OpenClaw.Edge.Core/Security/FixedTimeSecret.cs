using System.Security.Cryptography;
using System.Text;

namespace OpenClaw.Edge.Security;

/// <summary>Compares secrets in a time that tells neither their bytes nor their length.</summary>
public static class FixedTimeSecret
{
    // Hashing with a key nobody knows makes both sides equally long and unrelated to the text.
    private static readonly byte[] Key = RandomNumberGenerator.GetBytes(32);

    /// <summary>Whether both texts are the same.</summary>
    public static bool AreEqual(string left, string right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        Span<byte> leftHash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Span<byte> rightHash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(Key, Encoding.UTF8.GetBytes(left), leftHash);
        HMACSHA256.HashData(Key, Encoding.UTF8.GetBytes(right), rightHash);
        return CryptographicOperations.FixedTimeEquals(leftHash, rightHash);
    }
}
