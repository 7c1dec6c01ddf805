using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Security;

/// <summary>The token before the last rotation, which still opens for a while. Only its SHA-256 is kept, so that the file opens nothing.</summary>
/// <param name="Sha256">Lower-case hexadecimal.</param>
/// <param name="ExpiresAtMs">When it stops, epoch milliseconds.</param>
public sealed record PreviousToken(string Sha256, long ExpiresAtMs)
{
    private const int MostBytes = 256;

    /// <summary>Of a token that is about to be replaced.</summary>
    public static PreviousToken Of(string token, DateTimeOffset expires) => new(HashOf(token), expires.ToUnixTimeMilliseconds());

    /// <summary>Reads <see cref="StatePaths.PreviousTokenPath"/>; null when there is none, or it is no such file.</summary>
    public static PreviousToken? Read(string path)
    {
        try
        {
            return new FileInfo(path) is { Exists: true, Length: <= MostBytes } && File.ReadAllText(path).Trim().Split(' ') is [string at, { Length: 64 } hash]
                && long.TryParse(at, NumberStyles.None, CultureInfo.InvariantCulture, out long expires)
                ? new PreviousToken(hash, expires)
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // then the old token has simply ended
        }
    }

    /// <summary>Writes the file, 0600.</summary>
    public void Write(string path) =>
        AtomicFile.Write(path, Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{ExpiresAtMs} {Sha256}\n")));

    /// <summary>Whether a text is that token, and it still opens.</summary>
    public bool Matches(string? presented, DateTimeOffset now) =>
        !string.IsNullOrEmpty(presented) && now.ToUnixTimeMilliseconds() < ExpiresAtMs && FixedTimeSecret.AreEqual(HashOf(presented), Sha256);

    private static string HashOf(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
