namespace OpenClaw.Edge.Security;

/// <summary>An Ed25519 key pair: an identity that can sign. Needs libcrypto (<see cref="DeviceSignature.IsSupported"/>).
/// Immutable.</summary>
public sealed class Ed25519Key
{
    /// <summary>Bytes of a private key, which is RFC 8032's seed.</summary>
    public const int SeedBytes = 32;

    private const int PublicKeyBytes = 32;
    private const int SignatureBytes = 64;

    private readonly byte[] _seed;
    private readonly byte[] _publicKey;

    private Ed25519Key(byte[] seed, byte[] publicKey)
    {
        _seed = seed;
        _publicKey = publicKey;
    }

    /// <summary>The 32 bytes that everyone may know.</summary>
    public ReadOnlySpan<byte> PublicKey => _publicKey;

    /// <summary>The id that devices are known by: SHA-256 of the public key in hex.</summary>
    public string DeviceId => DeviceSignature.IdOf(_publicKey);

    /// <summary>Derives the pair; null when the seed has the wrong length or libcrypto is absent.</summary>
    public static Ed25519Key? TryFromSeed(ReadOnlySpan<byte> seed)
    {
        byte[] publicKey = new byte[PublicKeyBytes];
        return seed.Length == SeedBytes && LibCrypto.TryGetPublicKey(seed, publicKey)
            ? new Ed25519Key(seed.ToArray(), publicKey)
            : null;
    }

    /// <summary>Signs a message; 64 bytes.</summary>
    public byte[] Sign(ReadOnlySpan<byte> message)
    {
        byte[] signature = new byte[SignatureBytes];
        return LibCrypto.TrySign(_seed, message, signature)
            ? signature
            : throw new InvalidOperationException("libcrypto could not sign with a key that it has made");
    }
}
