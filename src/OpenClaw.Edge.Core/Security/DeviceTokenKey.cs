using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Security;

/// <summary>Makes device tokens: an HMAC of device, role and salt under a key that only this machine has. So the same token
/// can be told again on every connect, and a copy of the database alone lets nobody in. Thread-safe.</summary>
/// <param name="path">File of the key, 0600; made at the first use.</param>
public sealed class DeviceTokenKey(string path)
{
    private const int KeyBytes = 32;
    private readonly Lock _gate = new();
    private byte[]? _key;

    /// <summary>The token, 43 characters of base64url. Throws <see cref="IOException"/> or
    /// <see cref="UnauthorizedAccessException"/> when the key cannot be read or made.</summary>
    public string TokenOf(string deviceId, string role, string salt)
    {
        byte[] mac = HMACSHA256.HashData(Load(), Encoding.UTF8.GetBytes($"{deviceId}|{role}|{salt}"));
        return Base64Url.EncodeToString(mac);
    }

    /// <summary>A salt that was never used before.</summary>
    public static string NewSalt() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    private byte[] Load()
    {
        lock (_gate)
        {
            if (_key is not null)
            {
                return _key;
            }

            byte[] key = File.Exists(path) ? File.ReadAllBytes(path) : [];
            if (key.Length != KeyBytes)
            {
                key = RandomNumberGenerator.GetBytes(KeyBytes);
                AtomicFile.Write(path, key);
            }

            return _key = key;
        }
    }
}
