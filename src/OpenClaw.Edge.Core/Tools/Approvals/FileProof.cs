using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using OpenClaw.Edge.Platform;

namespace OpenClaw.Edge.Tools;

/// <summary>What a file was when somebody looked: where it is, links followed, and its content where that may change under
/// the gateway's user.</summary>
/// <param name="Path">The file itself.</param>
/// <param name="Sha256">Its content; null for a program of the system that this user cannot change.</param>
internal sealed record FileProof(string Path, string? Sha256)
{
    private const long MaxHashedBytes = 256L * 1024 * 1024; // beyond any interpreter; what is larger cannot be bound

    // Root may write everywhere; what its tools reach is not there.
    private static readonly string[] s_system = ["/usr/", "/bin/", "/sbin/", "/lib"];

    /// <summary>Looks at a file. Null when it is not a regular file or cannot be read as it would have to be.</summary>
    /// <param name="path">Absolute path.</param>
    /// <param name="always">Whether the content counts although it could not be changed.</param>
    public static FileProof? Of(string path, bool always)
    {
        using SafeFileHandle name = FileNative.OpenName(path);
        if (name.IsInvalid || !FileNative.TryStat(name, null, out FileStat facts, out _) || !facts.IsRegular
            || FileNative.PathOf(name) is not { } real)
        {
            return null;
        }

        bool mayChange = always || MayChange(real);
        try
        {
            // the descriptor's own name: what is read is what was looked at, whatever the path names by now
            using FileStream content = File.OpenRead($"/proc/self/fd/{name.DangerousGetHandle()}");
            bool script = content.ReadByte() == '#' && content.ReadByte() == '!';
            if (!mayChange && !script)
            {
                return new FileProof(real, null);
            }

            content.Position = 0;
            return facts.Length > MaxHashedBytes ? null : new FileProof(real, Convert.ToHexStringLower(SHA256.HashData(content)));
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            return mayChange ? null : new FileProof(real, null); // a program that may be run and not be read
        }
    }

    private static bool MayChange(string path)
    {
        if (Environment.IsPrivilegedProcess)
        {
            return !s_system.Any(folder => path.StartsWith(folder, StringComparison.Ordinal));
        }

        for (string? at = path; at is not null; at = System.IO.Path.GetDirectoryName(at))
        {
            if (FileNative.MayWrite(at))
            {
                return true; // the file, or a folder that could be exchanged with it
            }
        }

        return false;
    }
}
