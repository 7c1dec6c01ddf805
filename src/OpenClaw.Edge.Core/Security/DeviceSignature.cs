using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace OpenClaw.Edge.Security;

/// <summary>Checks the Ed25519 proof of a device. Source: docs/protocol.md, device identity.</summary>
public static class DeviceSignature
{
    private const long MaxSkewMs = 120_000;
    private const int PublicKeyBytes = 32;
    private const int SignatureBytes = 64;

    // DER prefix of an Ed25519 SubjectPublicKeyInfo (RFC 8410); the 32 key bytes follow.
    private static ReadOnlySpan<byte> SpkiPrefix =>
        [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

    /// <summary>Whether this host can check signatures at all (libcrypto is present).</summary>
    public static bool IsSupported => LibCrypto.IsAvailable;

    /// <summary>Judges a proof, in the order in which the original does. Never throws on input.</summary>
    public static DeviceSignatureCheck Verify(DeviceProof proof, string expectedNonce, long nowMs)
    {
        ArgumentNullException.ThrowIfNull(proof);
        byte[]? key = DecodePublicKey(proof.PublicKey);
        if (key is null || !string.Equals(IdOf(key), proof.DeviceId, StringComparison.Ordinal))
        {
            return DeviceSignatureCheck.IdMismatch;
        }

        if (proof.SignedAtMs < nowMs - MaxSkewMs || proof.SignedAtMs > nowMs + MaxSkewMs)
        {
            return DeviceSignatureCheck.Expired;
        }

        if (proof.Nonce.Length == 0)
        {
            return DeviceSignatureCheck.NonceMissing;
        }

        if (!string.Equals(proof.Nonce, expectedNonce, StringComparison.Ordinal))
        {
            return DeviceSignatureCheck.NonceMismatch;
        }

        byte[]? signature = DecodeBase64Url(proof.Signature);
        if (signature is not { Length: SignatureBytes })
        {
            return DeviceSignatureCheck.SignatureInvalid;
        }

        bool valid = LibCrypto.VerifyEd25519(key, Encoding.UTF8.GetBytes(Line(proof, version: 3)), signature)
            || LibCrypto.VerifyEd25519(key, Encoding.UTF8.GetBytes(Line(proof, version: 2)), signature);
        return valid ? DeviceSignatureCheck.Valid : DeviceSignatureCheck.SignatureInvalid;
    }

    /// <summary>The line that a device signs, version 2 or 3.</summary>
    public static string Line(DeviceProof proof, int version)
    {
        ArgumentNullException.ThrowIfNull(proof);
        string signedAt = proof.SignedAtMs.ToString(CultureInfo.InvariantCulture);
        string line = string.Join(
            '|',
            version == 3 ? "v3" : "v2",
            proof.DeviceId,
            proof.ClientId,
            proof.ClientMode,
            proof.Role,
            string.Join(',', proof.Scopes),
            signedAt,
            proof.Token,
            proof.Nonce);
        return version == 3 ? $"{line}|{LowerAscii(proof.Platform)}|{LowerAscii(proof.DeviceFamily)}" : line;
    }

    /// <summary>The device id of a public key.</summary>
    public static string IdOf(ReadOnlySpan<byte> publicKey) => Convert.ToHexStringLower(SHA256.HashData(publicKey));

    private static byte[]? DecodePublicKey(string text)
    {
        if (!text.StartsWith("-----BEGIN", StringComparison.Ordinal))
        {
            return DecodeBase64Url(text.Trim()) is { Length: PublicKeyBytes } raw ? raw : null;
        }

        if (!PemEncoding.TryFind(text, out PemFields fields))
        {
            return null;
        }

        byte[] der = new byte[fields.DecodedDataLength];
        return Convert.TryFromBase64Chars(text.AsSpan(fields.Base64Data), der, out int written)
            && written == SpkiPrefix.Length + PublicKeyBytes
            && der.AsSpan().StartsWith(SpkiPrefix)
            ? der[SpkiPrefix.Length..]
            : null;
    }

    private static byte[]? DecodeBase64Url(string text)
    {
        if (text.Length > 512 || !Base64Url.IsValid(text))
        {
            return null;
        }

        return Base64Url.DecodeFromChars(text);
    }

    private static string LowerAscii(string text) =>
        string.Create(text.Trim().Length, text.Trim(), static (span, source) =>
        {
            for (int index = 0; index < source.Length; index++)
            {
                char letter = source[index];
                span[index] = char.IsAsciiLetterUpper(letter) ? (char)(letter | 0x20) : letter;
            }
        });
}
