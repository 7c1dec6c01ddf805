using System.Runtime.InteropServices;

namespace OpenClaw.Edge.Platform;

/// <summary>What the kernel says about a file, without following a link. Source: statx(2); the layout is the same on every architecture.</summary>
/// <param name="UserId">Owner.</param>
/// <param name="Kind">Type bits of the mode.</param>
public readonly partial record struct FileFacts(uint UserId, int Kind)
{
    private const int CurrentFolder = -100; // AT_FDCWD
    private const int NoFollow = 0x100; // AT_SYMLINK_NOFOLLOW
    private const uint TypeAndOwner = 0x1 | 0x8; // STATX_TYPE, STATX_UID
    private const int KindMask = 0xF000;

    /// <summary>Whether it can be read to an end: neither link nor pipe, socket or device.</summary>
    public bool IsRegular => Kind == 0x8000;

    /// <summary>The user that this process runs as.</summary>
    public static uint CurrentUserId => GetEffectiveUserId();

    /// <summary>Looks at a file; null when it cannot.</summary>
    public static unsafe FileFacts? Of(string path)
    {
        byte* facts = stackalloc byte[256];
        return Statx(CurrentFolder, path, NoFollow, TypeAndOwner, facts) == 0
            ? new FileFacts(*(uint*)(facts + 20), *(ushort*)(facts + 28) & KindMask)
            : null;
    }

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int Statx(int folder, string path, int flags, uint mask, byte* facts);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUserId();
}
