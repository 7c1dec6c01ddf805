using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace OpenClaw.Edge.Configuration;

/// <summary>Replaces a file so that a reader, or a power cut, sees the old text or the new one and nothing between.</summary>
public static partial class AtomicFile
{
    private const int CloseOnExec = 0x80000; // O_CLOEXEC of asm-generic/fcntl.h, beside O_RDONLY

    /// <summary>Read and write for the owner only.</summary>
    public const UnixFileMode PrivateFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Everything for the owner only.</summary>
    public const UnixFileMode PrivateFolder = PrivateFile | UnixFileMode.UserExecute;

    /// <summary>Writes beside the file, syncs, renames over it, syncs the folder: when it returns, a power cut changes nothing any more. A symbolic link stays and its target is replaced. Missing
    /// folders are made with mode 0700. Throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>.</summary>
    public static void Write(string path, ReadOnlySpan<byte> contents, UnixFileMode mode = PrivateFile)
    {
        string target = Resolve(path);
        string folder = Path.GetDirectoryName(target) ?? "/";
        if (!Directory.Exists(folder))
        {
            CreateFolder(folder);
        }
        string draft = Path.Combine(folder, $".{Path.GetFileName(target)}.{Path.GetRandomFileName()}.tmp");
        try
        {
            var options = new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                Share = FileShare.None,
                BufferSize = 0,
            };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = mode;
            }
            using (var stream = new FileStream(draft, options))
            {
                stream.Write(contents);
                if (!OperatingSystem.IsWindows())
                {
                    File.SetUnixFileMode(stream.SafeFileHandle, mode); // the create mode was cut by the umask
                }
                stream.Flush(flushToDisk: true);
            }
            File.Move(draft, target, overwrite: true);
            SyncFolder(folder);
        }
        catch
        {
            File.Delete(draft);
            throw;
        }
    }

    /// <summary>Makes a folder and its parents, 0700. An existing folder keeps its mode.</summary>
    public static void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, PrivateFolder);
        }
    }

    // The name is on disk only then. A folder that may not be read cannot be synced.
    private static void SyncFolder(string folder)
    {
        using SafeFileHandle handle = new(open(folder, CloseOnExec), ownsHandle: true);
        if (!handle.IsInvalid)
        {
            RandomAccess.FlushToDisk(handle);
        }
    }

    // The framework opens no folders.
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    private static string Resolve(string path)
    {
        FileInfo file = new(path);
        // Asking a file that is not there for its target throws; LinkTarget does not.
        FileSystemInfo? target = file.LinkTarget is null ? null : file.ResolveLinkTarget(returnFinalTarget: true);
        return target?.FullName ?? file.FullName;
    }
}
