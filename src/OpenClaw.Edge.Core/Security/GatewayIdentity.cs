using System.Security.Cryptography;
using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Security;

/// <summary>The gateway's own device identity, made when first asked for and kept in the state directory.</summary>
public static class GatewayIdentity
{
    /// <summary>Reads the key, or makes one in a file of mode 0600. Null without libcrypto. Throws
    /// <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/> when the file cannot be used, and
    /// <see cref="InvalidDataException"/> when it holds something else.</summary>
    public static Ed25519Key? LoadOrCreate(StatePaths paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        if (!DeviceSignature.IsSupported)
        {
            return null;
        }

        string file = Path.Combine(paths.StateDir, "identity", "gateway.key");
        if (File.Exists(file))
        {
            return Ed25519Key.TryFromSeed(File.ReadAllBytes(file))
                ?? throw new InvalidDataException(
                    $"{file} is not a key of {Ed25519Key.SeedBytes} bytes; restore it, or delete it to get a new identity.");
        }

        byte[] seed = RandomNumberGenerator.GetBytes(Ed25519Key.SeedBytes);
        AtomicFile.CreateFolder(Path.GetDirectoryName(file)!);
        AtomicFile.Write(file, seed);
        return Ed25519Key.TryFromSeed(seed);
    }
}
