using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using OpenClaw.Edge.Security;

namespace OpenClaw.Edge.Care;

/// <summary>The Ed25519 key that signs releases: <c>packaging/release-key.pub</c> of the build, inside the program. See packaging/sign.sh.</summary>
public sealed class ReleaseKey
{
    private const int KeyBytes = 32;
    private const int SignatureBytes = 64;
    private const int MostText = 4096;

    private readonly byte[] _key;

    private ReleaseKey(byte[] key) => _key = key;

    /// <summary>The key of this build; null when it was given none, and then nothing is ever trusted without a key of the person's.</summary>
    public static ReleaseKey? BuiltIn()
    {
        using Stream? resource = typeof(ReleaseKey).Assembly.GetManifestResourceStream("release-key.pub");
        if (resource is null)
        {
            return null;
        }

        using StreamReader reader = new(resource);
        return TryParse(reader.ReadToEnd(), out ReleaseKey? key) ? key : null;
    }

    /// <summary>Reads a key: its 32 bytes in base64, on the first line that is no comment (<c>#</c>).</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ReleaseKey? key)
    {
        ArgumentNullException.ThrowIfNull(text);
        key = null;
        if (text.Length <= MostText
            && text.Split('\n').Select(line => line.Trim()).FirstOrDefault(line => line.Length > 0 && line[0] != '#') is { } line
            && Decode(line) is { Length: KeyBytes } bytes)
        {
            key = new ReleaseKey(bytes);
        }

        return key is not null;
    }

    /// <summary>Whether the signature, 64 bytes in base64, is by this key over the text. Never throws.</summary>
    public bool Signed(ReadOnlySpan<byte> text, ReadOnlySpan<byte> signature) =>
        signature.Length <= MostText
        && Decode(Encoding.ASCII.GetString(signature).Trim()) is { Length: SignatureBytes } bytes
        && LibCrypto.VerifyEd25519(_key, text, bytes);

    private static byte[]? Decode(string line) => Base64.IsValid(line) ? Convert.FromBase64String(line) : null;
}
