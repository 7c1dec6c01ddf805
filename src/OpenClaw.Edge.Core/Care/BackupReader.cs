using System.Security.Cryptography;
using System.Text.Json;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Storage;

namespace OpenClaw.Edge.Care;

/// <summary>Reads a backup to its end and believes nothing: paths, kinds, sizes, hashes and the databases inside are checked.</summary>
public static class BackupReader
{
    private const int MostMembers = 1_000_001;
    private const int MostManifestBytes = 256 << 20;
    private const int MostPathLength = 4096;
    private const int MostDepth = 80;
    private const string Databases = ".sqlite";

    /// <summary>Checks an archive; databases are unpacked beside it, or in <paramref name="scratch"/>, and removed again.</summary>
    /// <exception cref="CareException">It is not whole, or not ours.</exception>
    public static BackupManifest Verify(string archive, string? passphrase, string scratch, CancellationToken cancellationToken)
    {
        string folder = Path.Combine(scratch, $".verify-{Path.GetRandomFileName()}.tmp");
        try
        {
            return Unpack(archive, passphrase, folder, static path => path.EndsWith(Databases, StringComparison.Ordinal), cancellationToken);
        }
        finally
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    /// <summary>Unpacks what <paramref name="wanted"/> chooses into a folder that is made, 0700, and checks all of the archive.</summary>
    /// <exception cref="CareException">It is not whole, or not ours: then the folder must not be used.</exception>
    public static BackupManifest Unpack(
        string archive, string? passphrase, string folder, Func<string, bool> wanted, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        try
        {
            AtomicFile.CreateFolder(folder);
            using Stream stream = BackupArchive.OpenTar(archive, passphrase);
            BackupManifest manifest = Read(new TarReader(stream), archive, folder, wanted, cancellationToken);
            foreach (BackupMember member in manifest.Members.Where(member => member.Path.StartsWith("state/", StringComparison.Ordinal) && wanted(member.Path)))
            {
                CheckDatabase(archive, member.Path, Path.Combine(folder, member.Path));
            }

            return manifest;
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw new CareException(CareFailure.Untrusted, $"{archive} is not a whole backup: {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CareException(CareFailure.Refused, $"{archive} cannot be unpacked into {folder}: {e.Message}", e);
        }
    }

    private static BackupManifest Read(
        TarReader tar, string archive, string folder, Func<string, bool> wanted, CancellationToken cancellationToken)
    {
        Dictionary<string, (long Size, string Hash)> found = new(StringComparer.Ordinal);
        BackupManifest? manifest = null;
        long room = new DriveInfo(folder).AvailableFreeSpace;
        while (tar.Next() is { } entry)
        {
            cancellationToken.ThrowIfCancellationRequested();
            string path = Inside(entry.Path);
            if (manifest is not null || found.Count >= MostMembers)
            {
                throw new InvalidDataException(manifest is null ? "it holds too many files" : "something follows the manifest");
            }

            if (entry.IsDirectory)
            {
                continue;
            }

            if (path == BackupArchive.ManifestName)
            {
                manifest = ParseManifest(tar.ReadAll(MostManifestBytes));
                continue;
            }

            bool keep = wanted(path);
            if (keep && (room -= entry.Size) < 0)
            {
                throw new IOException($"not enough room: '{path}' and what came before it do not fit.");
            }

            string hash = Take(tar, entry, keep ? Path.Combine(folder, path) : null, cancellationToken);
            if (!found.TryAdd(path, (entry.Size, hash)))
            {
                throw new InvalidDataException($"'{path}' is in it twice");
            }
        }

        Compare(manifest ?? throw new InvalidDataException("there is no manifest"), found, archive);
        return manifest;
    }

    private static BackupManifest ParseManifest(byte[] json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, CareJson.Default.BackupManifest) ?? throw new InvalidDataException("the manifest is empty");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException($"the manifest cannot be read: {e.Message}", e); // the second: text that is no UTF-8
        }
    }

    // openclaw-backup/<root>/<rest>, in plain parts.
    private static string Inside(string path)
    {
        if (path == BackupArchive.Folder.TrimEnd('/'))
        {
            return "";
        }

        string[] parts = path.Split('/');
        if (!path.StartsWith(BackupArchive.Folder, StringComparison.Ordinal) || path.Length > MostPathLength || parts.Length > MostDepth
            || path.Contains('\0', StringComparison.Ordinal) || parts.Any(part => part is "" or "." or ".."))
        {
            throw new InvalidDataException($"'{path}' is no path of a backup");
        }

        return path[BackupArchive.Folder.Length..];
    }

    private static string Take(TarReader tar, TarEntry entry, string? target, CancellationToken cancellationToken)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using FileStream? file = target is null ? null : Make(target, entry.Mode);
        tar.Read(piece =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            hash.AppendData(piece.Span);
            file?.Write(piece.Span);
        });
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static FileStream Make(string target, UnixFileMode mode)
    {
        AtomicFile.CreateFolder(Path.GetDirectoryName(target)!);
        FileStream file = new(target, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = AtomicFile.PrivateFile,
            BufferSize = 1,
        });
        File.SetUnixFileMode(file.SafeFileHandle, mode | AtomicFile.PrivateFile);
        return file;
    }

    private static void Compare(BackupManifest manifest, Dictionary<string, (long Size, string Hash)> found, string archive)
    {
        if (manifest.SchemaVersion != BackupManifest.CurrentSchema)
        {
            throw new CareException(
                CareFailure.Refused, $"{archive} is of backup schema {manifest.SchemaVersion}, this openclaw reads {BackupManifest.CurrentSchema}; use a newer one");
        }

        foreach (BackupMember member in manifest.Members)
        {
            if (!found.Remove(member.Path, out (long Size, string Hash) real))
            {
                throw new InvalidDataException($"'{member.Path}' is missing");
            }

            if (real.Size != member.Size || real.Hash != member.Sha256)
            {
                throw new InvalidDataException($"'{member.Path}' is not what the manifest says (SHA-256 {real.Hash}, expected {member.Sha256})");
            }

            if (!manifest.Roots.Any(root => member.Path.StartsWith(root.Name + "/", StringComparison.Ordinal)))
            {
                throw new InvalidDataException($"'{member.Path}' is below none of the manifest's folders");
            }
        }

        if (found.Count > 0)
        {
            throw new InvalidDataException($"'{found.Keys.First()}' is not in the manifest");
        }
    }

    private static void CheckDatabase(string archive, string member, string path)
    {
        if (member == "state/state/openclaw-edge.sqlite" && !BackupPlan.IsDatabase(path))
        {
            throw new InvalidDataException($"'{member}' is no database");
        }

        try
        {
            if (BackupPlan.IsDatabase(path) && DatabaseCopy.Check(path) is [{ } finding, ..])
            {
                throw new InvalidDataException($"the database '{member}' is damaged ({finding})");
            }
        }
        catch (StorageException e)
        {
            throw new CareException(CareFailure.Untrusted, $"{archive}: the database '{member}' cannot be opened: {e.Message}", e);
        }
        finally
        {
            File.Delete(path + "-wal"); // a copy is one file; opening it may leave these
            File.Delete(path + "-shm");
        }
    }
}
