using System.Globalization;
using System.IO.Compression;

namespace OpenClaw.Edge.Care;

/// <summary>A backup file: its name, and the way into it.</summary>
/// <param name="Path">The file.</param>
/// <param name="CreatedAt">From its name.</param>
/// <param name="Size">Bytes.</param>
public sealed record BackupArchive(string Path, DateTimeOffset CreatedAt, long Size)
{
    /// <summary>Folder that everything in an archive is in.</summary>
    public const string Folder = "openclaw-backup/";

    /// <summary>Name of the last member, below <see cref="Folder"/>.</summary>
    public const string ManifestName = "manifest.json";

    /// <summary>End of the name of a sealed one.</summary>
    public const string SealedSuffix = ".sealed";

    private const string Suffix = "-openclaw-backup.tar.gz";
    private const string TimeFormat = "yyyy-MM-dd'T'HH-mm-ss.fff'Z'";

    /// <summary>Whether it needs a passphrase.</summary>
    public bool IsSealed => Path.EndsWith(SealedSuffix, StringComparison.Ordinal);

    /// <summary>Name of one made now: sorts by time, says when in UTC.</summary>
    public static string NameAt(DateTimeOffset now, bool isSealed) =>
        now.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture) + Suffix + (isSealed ? SealedSuffix : "");

    /// <summary>The backups of a folder, newest first; files of other names are not ours.</summary>
    public static IReadOnlyList<BackupArchive> In(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return [];
        }

        List<BackupArchive> found = [];
        foreach (FileInfo file in new DirectoryInfo(folder).EnumerateFiles())
        {
            string name = file.Name.EndsWith(SealedSuffix, StringComparison.Ordinal) ? file.Name[..^SealedSuffix.Length] : file.Name;
            if (name.EndsWith(Suffix, StringComparison.Ordinal)
                && DateTimeOffset.TryParseExact(
                    name[..^Suffix.Length], TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset at))
            {
                found.Add(new BackupArchive(file.FullName, at, file.Length));
            }
        }

        return [.. found.OrderByDescending(archive => archive.CreatedAt)];
    }

    /// <summary>Removes all but the newest of a folder.</summary>
    /// <returns>What was removed.</returns>
    public static IReadOnlyList<string> Prune(string folder, int keep)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(keep, 1);
        string[] old = [.. In(folder).Skip(keep).Select(archive => archive.Path)];
        foreach (string path in old)
        {
            File.Delete(path);
        }

        return old;
    }

    /// <summary>Whether a file is sealed, by its first bytes.</summary>
    public static bool NeedsPassphrase(string path)
    {
        using FileStream file = OpenFile(path);
        Span<byte> start = stackalloc byte[8];
        return file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && start.SequenceEqual(SealFormat.Mark);
    }

    /// <summary>Opens the tar inside. Disposing closes all of it.</summary>
    /// <exception cref="CareException">The file is not there, or it is sealed and there is no passphrase.</exception>
    public static Stream OpenTar(string path, string? passphrase)
    {
        bool isSealed = NeedsPassphrase(path);
        if (isSealed && string.IsNullOrEmpty(passphrase))
        {
            throw new CareException(
                CareFailure.Refused, $"{path} is sealed: give its passphrase with --passphrase-file, or in OPENCLAW_BACKUP_PASSPHRASE");
        }

        FileStream file = OpenFile(path);
        try
        {
            return new GZipStream(isSealed ? new UnsealingStream(file, passphrase!) : file, CompressionMode.Decompress);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            file.Dispose();
            throw new CareException(CareFailure.Untrusted, $"{path} cannot be read: {e.Message}", e);
        }
    }

    private static FileStream OpenFile(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 64 << 10);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CareException(CareFailure.Refused, $"{path} cannot be read: {e.Message}", e);
        }
    }
}
