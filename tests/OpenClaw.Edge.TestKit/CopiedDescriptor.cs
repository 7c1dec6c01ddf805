using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace OpenClaw.Edge.TestKit;

/// <summary>A second descriptor of something that is open, as another process holds one.</summary>
public static partial class CopiedDescriptor
{
    /// <summary>Copies it; the copy is closed with the handle.</summary>
    public static SafeFileHandle Of(int descriptor) => new(Duplicate(descriptor), ownsHandle: true);

    [LibraryImport("libc", EntryPoint = "dup")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Duplicate(int descriptor);
}
