using System.IO.Compression;
using System.Security.Cryptography;
using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Care;

/// <summary>The program file of an installation from the tarball: a new one takes its place in one rename, and the old one stays beside
/// it as <c>&lt;name&gt;.previous</c>.</summary>
public sealed class InstalledProgram
{
    private const string Member = "/bin/openclaw";
    private const UnixFileMode Executable = (UnixFileMode)0b111_101_101;

    /// <summary>Of a file that is there; a link is followed, so that it stays a link.</summary>
    public InstalledProgram(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Path = new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? System.IO.Path.GetFullPath(path);
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The one before.</summary>
    public string PreviousPath => Path + ".previous";

    /// <summary>The one that is about to take its place.</summary>
    public string NextPath => Path + ".next";

    /// <summary>Who else updates this file, for a person; null when nobody does.</summary>
    /// <param name="path">The program.</param>
    /// <param name="root">Root of the file system.</param>
    public static string? OwnerOf(string path, string root = "/")
    {
        bool There(string name) => System.IO.Path.Exists(System.IO.Path.Combine(root, name));
        return !path.StartsWith("/usr/bin/", StringComparison.Ordinal) ? null // the place of packages and of the image
            : There(".dockerenv") || There("run/.containerenv") ? "this is a container: pull the new image and start it again ('docker compose pull && docker compose up -d')"
            : There("var/lib/dpkg/info/openclaw-edge.list") ? "it came with the .deb: 'sudo apt install ./openclaw-edge_VERSION_ARCH.deb'"
            : There("var/lib/rpm") || There("usr/lib/sysimage/rpm") ? "it came with the .rpm: 'sudo dnf install ./openclaw-edge-VERSION.ARCH.rpm'"
            : null;
    }

    /// <summary>Takes the program out of a tarball whose hash is known, to <see cref="NextPath"/>, executable and on disk.</summary>
    /// <exception cref="CareException">The tarball is another one, or holds no program, or there is no room or right.</exception>
    public void Stage(string tarball, Release release)
    {
        ArgumentNullException.ThrowIfNull(release);
        try
        {
            using FileStream file = File.OpenRead(tarball);
            string hash = Convert.ToHexStringLower(SHA256.HashData(file));
            if (hash != release.Sha256)
            {
                throw new CareException(CareFailure.Untrusted, $"{release.Name} has SHA-256 {hash}, and the signed list says {release.Sha256}: nothing was installed; download it again");
            }

            file.Position = 0;
            using GZipStream zip = new(file, CompressionMode.Decompress);
            TarReader tar = new(zip);
            while (tar.Next() is { } entry)
            {
                if (!entry.IsDirectory && entry.Path.EndsWith(Member, StringComparison.Ordinal))
                {
                    WriteNext(tar);
                    return;
                }
            }

            throw new CareException(CareFailure.Untrusted, $"{release.Name} holds no bin/openclaw: nothing was installed");
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw new CareException(CareFailure.Untrusted, $"{release.Name} is damaged: {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CareException(CareFailure.Refused, $"{NextPath} cannot be written: {e.Message} Run this as the owner of {Path}.", e);
        }
    }

    /// <summary>Puts the staged program in force: at every moment <see cref="Path"/> is the old one or the new one.</summary>
    public void Swap()
    {
        string kept = PreviousPath + ".tmp";
        File.Delete(kept);
        File.Copy(Path, kept);
        File.Move(kept, PreviousPath, overwrite: true);
        File.Move(NextPath, Path, overwrite: true);
    }

    /// <summary>Puts the previous program back. What was in force goes.</summary>
    public void GoBack() => File.Move(PreviousPath, Path, overwrite: true);

    /// <summary>Forgets a staged program.</summary>
    public void Unstage() => File.Delete(NextPath);

    private void WriteNext(TarReader tar)
    {
        File.Delete(NextPath);
        using FileStream next = new(NextPath, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = AtomicFile.PrivateFolder,
        });
        tar.Read(piece => next.Write(piece.Span));
        File.SetUnixFileMode(next.SafeFileHandle, Executable);
        next.Flush(flushToDisk: true);
    }
}
