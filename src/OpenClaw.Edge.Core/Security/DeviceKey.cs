using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace OpenClaw.Edge.Security;

/// <summary>The key of a device as the protocol writes it: what it is known by, and how it signs. Immutable.</summary>
public sealed class DeviceKey
{
    private readonly Ed25519Key _key;

    private DeviceKey(Ed25519Key key)
    {
        _key = key;
        PublicKey = Base64Url.EncodeToString(key.PublicKey);
        DeviceId = DeviceSignature.IdOf(key.PublicKey);
    }

    /// <summary>Base64url of the public key.</summary>
    public string PublicKey { get; }

    /// <summary>Lower-case hex SHA-256 of the public key.</summary>
    public string DeviceId { get; }

    /// <summary>A new key; null where libcrypto is missing.</summary>
    public static DeviceKey? Create() => FromSeed(RandomNumberGenerator.GetBytes(Ed25519Key.SeedBytes));

    /// <summary>The key of a seed; null where libcrypto is missing or the seed has another length.</summary>
    public static DeviceKey? FromSeed(ReadOnlySpan<byte> seed) =>
        Ed25519Key.TryFromSeed(seed) is { } key ? new DeviceKey(key) : null;

    /// <summary>Signs a proof with line version 3; base64url.</summary>
    public string Sign(DeviceProof proof) =>
        Base64Url.EncodeToString(_key.Sign(Encoding.UTF8.GetBytes(DeviceSignature.Line(proof, version: 3))));
}
