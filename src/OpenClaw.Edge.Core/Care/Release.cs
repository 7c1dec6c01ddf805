using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace OpenClaw.Edge.Care;

/// <summary>The tarball for this machine that a signed list of hashes names.</summary>
/// <param name="Name">File name.</param>
/// <param name="Version">Version in its name.</param>
/// <param name="Sha256">Lower-case hexadecimal.</param>
public sealed record Release(string Name, Version Version, string Sha256)
{
    /// <summary>Name of the list.</summary>
    public const string ListName = "SHA256SUMS";

    /// <summary>Name of its signature.</summary>
    public const string SignatureName = "SHA256SUMS.sig";

    private const string Prefix = "openclaw-edge-";

    /// <summary>What this machine is called in the names.</summary>
    public static string Machine => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "amd64";

    /// <summary>The newest tarball for this machine in a list whose signature holds.</summary>
    /// <exception cref="CareException">The list is not signed by the key, or names none.</exception>
    public static Release From(byte[] list, byte[] signature, ReleaseKey key, string place)
    {
        ArgumentNullException.ThrowIfNull(list);
        ArgumentNullException.ThrowIfNull(key);
        if (!key.Signed(list, signature))
        {
            throw new CareException(
                CareFailure.Untrusted, $"{place}/{SignatureName} is no signature of {ListName} by the release key: nothing was installed; download it again, or ask where it came from");
        }

        Release? newest = null;
        foreach (string line in Encoding.UTF8.GetString(list).Split('\n'))
        {
            // <sha256>  <name>
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (words is [{ Length: 64 } hash, { } name] && hash.All(char.IsAsciiHexDigit) && VersionOf(name.TrimStart('*')) is { } version
                && (newest is null || version > newest.Version))
            {
                newest = new Release(name.TrimStart('*'), version, hash.ToLower(CultureInfo.InvariantCulture));
            }
        }

        return newest ?? throw new CareException(CareFailure.Refused, $"{place}/{ListName} names no tarball for linux-{Machine}");
    }

    private static Version? VersionOf(string name)
    {
        string suffix = $"-linux-{Machine}.tar.gz";
        return name.StartsWith(Prefix, StringComparison.Ordinal) && name.EndsWith(suffix, StringComparison.Ordinal)
            && name.Length > Prefix.Length + suffix.Length
            && Version.TryParse(name[Prefix.Length..^suffix.Length], out Version? version) ? version : null;
    }
}
