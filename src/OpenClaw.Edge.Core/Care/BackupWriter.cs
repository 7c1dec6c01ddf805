using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Diagnostics;
using OpenClaw.Edge.Storage;

namespace OpenClaw.Edge.Care;

/// <summary>Makes a backup, whether or not a gateway runs: databases are copied by SQLite at one moment each, everything else as it lies.
/// The archive appears under its name when it is whole and on disk; 0600.</summary>
public static class BackupWriter
{
    // gzip's own worst case is 0.03 %; the rest is the manifest.
    private const long Margin = 8 << 20;

    /// <summary>Where a request's archive goes.</summary>
    public static string TargetOf(BackupRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        string output = Path.GetFullPath(request.Output);
        return output.EndsWith(".tar.gz", StringComparison.Ordinal) || output.EndsWith(BackupArchive.SealedSuffix, StringComparison.Ordinal)
            ? output
            : Path.Combine(output, BackupArchive.NameAt(request.Time.GetUtcNow(), request.Passphrase is not null));
    }

    /// <summary>Writes the archive.</summary>
    /// <exception cref="CareException">It cannot be made; nothing is left behind.</exception>
    public static BackupResult Write(BackupRequest request, BackupPlan plan, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(plan);
        string target = TargetOf(request);
        string folder = Path.GetDirectoryName(target)!;
        string draft = Path.Combine(folder, $".{Path.GetFileName(target)}.{Path.GetRandomFileName()}.tmp");
        string scratch = draft + ".d";
        try
        {
            Prepare(request, plan, target, folder);
            BackupManifest manifest = WriteDraft(request, plan, draft, scratch, cancellationToken);
            File.Move(draft, target, overwrite: false);
            return new BackupResult(target, new FileInfo(target).Length, manifest);
        }
        catch (StorageException e)
        {
            throw new CareException(CareFailure.Refused, e.Message, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CareException(CareFailure.Refused, $"the backup {target} cannot be made: {e.Message} Nothing was left behind.", e);
        }
        finally
        {
            if (Directory.Exists(scratch))
            {
                Directory.Delete(scratch, recursive: true);
                File.Delete(draft);
            }
        }
    }

    private static void Prepare(BackupRequest request, BackupPlan plan, string target, string folder)
    {
        if (Path.Exists(target))
        {
            throw new CareException(CareFailure.Refused, $"{target} is there already; give another --output");
        }

        foreach (BackupRoot root in plan.Roots)
        {
            bool own = folder == request.Paths.BackupDir || folder.StartsWith(request.Paths.BackupDir + "/", StringComparison.Ordinal);
            if (!own && !request.OnlyConfig && (folder == root.Path || folder.StartsWith(root.Path + "/", StringComparison.Ordinal)))
            {
                throw new CareException(
                    CareFailure.Refused, $"{folder} is inside {root.Path}, which is backed up: the next backup would hold this one; give an --output elsewhere, or none");
            }
        }

        AtomicFile.CreateFolder(folder);
        long free = new DriveInfo(folder).AvailableFreeSpace;
        long databases = plan.Sources.Where(source => source.IsDatabase).Sum(source => source.Size);
        if (free < plan.Bytes + databases + Margin)
        {
            throw new CareException(
                CareFailure.Refused,
                $"{folder} has {free >> 20} MiB free and the backup may need {(plan.Bytes + databases + Margin) >> 20} MiB; give an --output with more room, or --no-include-workspace");
        }
    }

    private static BackupManifest WriteDraft(
        BackupRequest request, BackupPlan plan, string draft, string scratch, CancellationToken cancellationToken)
    {
        AtomicFile.CreateFolder(scratch);
        using FileStream file = new(draft, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = AtomicFile.PrivateFile,
            BufferSize = 64 << 10,
        });
        BackupManifest manifest;
        using (SealingStream? seal = request.Passphrase is { } passphrase ? new SealingStream(file, passphrase) : null)
        using (GZipStream zip = new((Stream?)seal ?? file, CompressionLevel.Fastest, leaveOpen: true))
        {
            TarWriter tar = new(zip);
            manifest = WriteMembers(request, plan, tar, scratch, cancellationToken);
            tar.Write(
                BackupArchive.Folder + BackupArchive.ManifestName,
                JsonSerializer.SerializeToUtf8Bytes(manifest, CareJson.Default.BackupManifest),
                request.Time.GetUtcNow(),
                AtomicFile.PrivateFile);
            tar.Finish();
        }

        file.Flush(flushToDisk: true);
        return manifest;
    }

    private static BackupManifest WriteMembers(
        BackupRequest request, BackupPlan plan, TarWriter tar, string scratch, CancellationToken cancellationToken)
    {
        long began = request.Time.GetUtcNow().ToUnixTimeMilliseconds();
        List<BackupMember> members = new(plan.Sources.Count);
        List<BackupSkip> skipped = [.. plan.Skipped];
        int? schema = null;
        foreach (BackupSource source in plan.Sources)
        {
            cancellationToken.ThrowIfCancellationRequested();
            string path = source.Path;
            if (source.IsDatabase)
            {
                path = Path.Combine(scratch, "copy.sqlite");
                File.Delete(path);
                DatabaseCopy.Make(source.Path, path);
                schema = source.Path == request.Paths.DatabasePath ? DatabaseCopy.SchemaOf(path) : schema;
            }

            try
            {
                members.Add(WriteMember(tar, path, source.Member, cancellationToken));
            }
            catch (Exception e) when (!source.IsDatabase && e is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
            {
                // Told before its header was written: a file is opened first.
                skipped.Add(new BackupSkip(source.Path, e is UnauthorizedAccessException ? "unreadable" : "vanished"));
            }
        }

        return new BackupManifest
        {
            SchemaVersion = BackupManifest.CurrentSchema,
            CreatedAtMs = began,
            EdgeVersion = EdgeVersion.Own,
            DatabaseSchema = schema,
            Credentials = request.Credentials,
            Workspaces = request.Workspaces && !request.OnlyConfig,
            Roots = plan.Roots,
            Members = members,
            Skipped = skipped,
        };
    }

    private static BackupMember WriteMember(TarWriter tar, string path, string member, CancellationToken cancellationToken)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long size = file.Length;
        try
        {
            tar.Write(
                BackupArchive.Folder + member,
                file,
                size,
                new DateTimeOffset(File.GetLastWriteTimeUtc(file.SafeFileHandle), TimeSpan.Zero),
                File.GetUnixFileMode(file.SafeFileHandle),
                piece =>
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    hash.AppendData(piece.Span);
                });
        }
        catch (EndOfStreamException e)
        {
            throw new CareException(CareFailure.Refused, $"{path} became shorter while it was read; run the backup again", e);
        }

        return new BackupMember(member, size, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }
}
