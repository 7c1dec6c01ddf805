using System.Runtime.InteropServices;

namespace OpenClaw.Edge.Sandbox;

/// <summary>The libc calls of the sandbox: owners of files. Linux on x64 and arm64.</summary>
internal static unsafe partial class SandboxNative
{
    private const int CurrentDirectory = -100; // AT_FDCWD
    private const uint BasicStats = 0x7ff; // STATX_BASIC_STATS

    /// <summary>User and group of this process.</summary>
    public static (uint Uid, uint Gid) Self => (geteuid(), getegid());

    /// <summary>User and group that a path belongs to, links followed; both <see cref="uint.MaxValue"/> when it is not there.</summary>
    public static (uint Uid, uint Gid) OwnerOf(string path)
    {
        StatX buffer = default;
        return statx(CurrentDirectory, path, 0, BasicStats, &buffer) == 0 ? (buffer.Uid, buffer.Gid) : (uint.MaxValue, uint.MaxValue);
    }

    /// <summary>Gives a path to a user and group. False when that is not allowed.</summary>
    public static bool TryGive(string path, uint uid, uint gid) => chown(path, uid, gid) == 0;

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc")]
    private static partial uint geteuid();

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc")]
    private static partial uint getegid();

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int chown(string path, uint uid, uint gid);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statx(int directory, string path, int flags, uint mask, StatX* buffer);

    /// <summary>The head of struct statx of linux/stat.h; 256 bytes in all.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct StatX
    {
        [FieldOffset(20)]
        public uint Uid;

        [FieldOffset(24)]
        public uint Gid;
    }
}
