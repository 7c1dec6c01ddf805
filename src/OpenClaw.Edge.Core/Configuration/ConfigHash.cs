using System.Buffers.Text;
using System.Security.Cryptography;

namespace OpenClaw.Edge.Configuration;

/// <summary>Opaque hashes of configuration texts.</summary>
public static class ConfigHash
{
    private const string Prefix = "hmac-sha256:v1:";

    // one key per process: the hash tells whether a text changed and cannot be used to guess what it holds
    private static readonly byte[] Key = RandomNumberGenerator.GetBytes(32);

    /// <summary>Equal for equal text, within this process only.</summary>
    public static string Of(ReadOnlySpan<byte> text) => Prefix + Base64Url.EncodeToString(HMACSHA256.HashData(Key, text));
}
