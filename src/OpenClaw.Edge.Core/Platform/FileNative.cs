using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace OpenClaw.Edge.Platform;

/// <summary>The libc calls on files that the tools and skills rest on. Linux on x64 and arm64 only: numbers and flags are
/// those of the kernel's <c>asm-generic</c> and <c>arch/arm64</c> headers.</summary>
internal static unsafe partial class FileNative
{
    public const int ReadOnly = 0;
    public const int WriteOnly = 1;
    public const int Create = 0x40;
    public const int Exclusive = 0x80;
    public const int NonBlock = 0x800;
    public const int CloseOnExec = 0x80000;
    public const int PathOnly = 0x200000;

    public const int ErrorNotFound = 2; // ENOENT
    public const int ErrorInterrupted = 4; // EINTR
    public const int ErrorTryAgain = 11; // EAGAIN: openat2 saw a rename race
    public const int ErrorAccess = 13; // EACCES
    public const int ErrorExists = 17; // EEXIST
    public const int ErrorCrossDevice = 18; // EXDEV: openat2 says the path leaves the directory
    public const int ErrorNotDirectory = 20; // ENOTDIR
    public const int ErrorIsDirectory = 21; // EISDIR
    public const int ErrorNoSpace = 28; // ENOSPC
    public const int ErrorReadOnly = 30; // EROFS
    public const int ErrorNoSyscall = 38; // ENOSYS
    public const int ErrorNotPermitted = 1; // EPERM: what some seccomp filters answer for openat2
    public const int ErrorTooManyLinks = 40; // ELOOP

    public const ulong ResolveBeneath = 0x08;
    public const ulong ResolveNoMagicLinks = 0x02;

    private const int OpenAt2Number = 437; // the same on every architecture
    private const int CurrentDirectory = -100; // AT_FDCWD
    private const int EmptyPath = 0x1000; // AT_EMPTY_PATH
    private const int SymlinkNoFollow = 0x100; // AT_SYMLINK_NOFOLLOW
    private const uint BasicStats = 0x7ff; // STATX_BASIC_STATS

    private static readonly bool s_arm64 = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    /// <summary>O_DIRECTORY.</summary>
    public static int Directory => s_arm64 ? 0x4000 : 0x10000;

    /// <summary>O_NOFOLLOW.</summary>
    public static int NoFollow => s_arm64 ? 0x8000 : 0x20000;

    private static int GetDents64Number => s_arm64 ? 61 : 217;

    /// <summary>Opens a directory by its path, following links. Invalid handle and the errno on failure.</summary>
    public static SafeFileHandle OpenRoot(string path, out int error) =>
        Wrap(openat(CurrentDirectory, path, PathOnly | Directory | CloseOnExec, 0), out error);

    /// <summary>Opens whatever a path names without touching it, following links. Invalid handle on failure.</summary>
    public static SafeFileHandle OpenName(string path) => Wrap(openat(CurrentDirectory, path, PathOnly | CloseOnExec, 0), out _);

    /// <summary>The path of what is open, links followed; null when it has none any more.</summary>
    public static string? PathOf(SafeFileHandle open)
    {
        try
        {
            string? path = new FileInfo($"/proc/self/fd/{open.DangerousGetHandle()}").LinkTarget;
            return path is null || !path.StartsWith('/') || path.EndsWith(" (deleted)", StringComparison.Ordinal) ? null : path;
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Whether the gateway's user may write to a path.</summary>
    public static bool MayWrite(string path) => access(path, 2) == 0; // W_OK

    /// <summary>Opens one name relative to a directory, by the plain call.</summary>
    public static SafeFileHandle OpenAt(SafeFileHandle directory, string name, int flags, uint mode, out int error) =>
        Wrap(openat((int)directory.DangerousGetHandle(), name, flags | CloseOnExec, mode), out error);

    /// <summary>Opens a path that must stay beneath a directory, by openat2.</summary>
    public static SafeFileHandle OpenBeneath(SafeFileHandle directory, string path, int flags, out int error)
    {
        OpenHow how = new()
        {
            Flags = (ulong)(uint)(flags | CloseOnExec),
            Resolve = ResolveBeneath | ResolveNoMagicLinks,
        };
        nint descriptor = syscall_open(OpenAt2Number, directory.DangerousGetHandle(), path, &how, sizeof(OpenHow));
        return Wrap((int)descriptor, out error);
    }

    /// <summary>Facts of an open file, or of a name in a directory without following it. False and the errno on failure.</summary>
    public static bool TryStat(SafeFileHandle directory, string? name, out FileStat facts, out int error)
    {
        StatX buffer = default;
        int flags = name is null ? EmptyPath : SymlinkNoFollow;
        int result = statx((int)directory.DangerousGetHandle(), name ?? "", flags, BasicStats, &buffer);
        error = result == 0 ? 0 : Marshal.GetLastPInvokeError();
        facts = new FileStat(buffer.Mode, buffer.Links, (long)buffer.Size, (buffer.ChangedSeconds * 1_000_000_000) + buffer.ChangedNanoseconds, buffer.Owner);
        return result == 0;
    }

    /// <summary>Makes a directory. The errno, or zero.</summary>
    public static int MakeDirectory(SafeFileHandle directory, string name) =>
        ErrorOf(mkdirat((int)directory.DangerousGetHandle(), name, 0x1ED)); // 0755

    /// <summary>Renames within one directory, replacing the target. The errno, or zero.</summary>
    public static int Rename(SafeFileHandle directory, string from, string to)
    {
        int descriptor = (int)directory.DangerousGetHandle();
        return ErrorOf(renameat(descriptor, from, descriptor, to));
    }

    /// <summary>Removes a file's name. The errno, or zero.</summary>
    public static int Delete(SafeFileHandle directory, string name) => ErrorOf(unlinkat((int)directory.DangerousGetHandle(), name, 0));

    /// <summary>Removes a name; failures do not matter.</summary>
    public static void Remove(SafeFileHandle directory, string name) =>
        _ = unlinkat((int)directory.DangerousGetHandle(), name, 0);

    /// <summary>Sets permission bits of an open file. The errno, or zero.</summary>
    public static int SetMode(SafeFileHandle file, uint mode) => ErrorOf(fchmod((int)file.DangerousGetHandle(), mode));

    /// <summary>Writes what was written to an open file or directory to the disk. The errno, or zero.</summary>
    public static int Sync(SafeFileHandle file) => ErrorOf(fsync((int)file.DangerousGetHandle()));

    /// <summary>Reads directory records into a buffer: bytes read, zero at the end, or minus the errno.</summary>
    public static int ReadDirectory(SafeFileHandle directory, Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            nint read = syscall_dents(GetDents64Number, directory.DangerousGetHandle(), start, buffer.Length);
            return read < 0 ? -Marshal.GetLastPInvokeError() : (int)read;
        }
    }

    private static int ErrorOf(int result) => result == 0 ? 0 : Marshal.GetLastPInvokeError();

    private static SafeFileHandle Wrap(int descriptor, out int error)
    {
        error = descriptor < 0 ? Marshal.GetLastPInvokeError() : 0;
        return new SafeFileHandle(descriptor < 0 ? -1 : descriptor, ownsHandle: true);
    }

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int openat(int directory, string path, int flags, uint mode);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int access(string path, int mode);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint syscall_open(nint number, nint directory, string path, OpenHow* how, nint size);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint syscall_dents(nint number, nint directory, byte* buffer, nint size);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statx(int directory, string path, int flags, uint mask, StatX* buffer);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int mkdirat(int directory, string name, uint mode);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int renameat(int fromDirectory, string from, int toDirectory, string to);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int unlinkat(int directory, string name, int flags);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", SetLastError = true)]
    private static partial int fchmod(int file, uint mode);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(int file);

    /// <summary>struct open_how of linux/openat2.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct OpenHow
    {
        public ulong Flags;
        public ulong Mode;
        public ulong Resolve;
    }

    /// <summary>The head of struct statx of linux/stat.h, which is the same on every architecture; 256 bytes in all.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct StatX
    {
        [FieldOffset(16)]
        public uint Links;

        [FieldOffset(20)]
        public uint Owner;

        [FieldOffset(28)]
        public ushort Mode;

        [FieldOffset(40)]
        public ulong Size;

        [FieldOffset(96)] // stx_ctime, after stx_atime at 64 and stx_btime at 80
        public long ChangedSeconds;

        [FieldOffset(104)]
        public uint ChangedNanoseconds;
    }
}
