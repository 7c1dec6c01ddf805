using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace OpenClaw.Edge.Platform.DBus;

/// <summary>Copies of file descriptors that sd-bus owns.</summary>
internal static partial class BusDescriptor
{
    private const int DuplicateCloseOnExec = 1030; // F_DUPFD_CLOEXEC

    /// <summary>A copy that its owner closes.</summary>
    public static SafeFileHandle CopyOf(int descriptor) => new(Duplicate(descriptor), ownsHandle: true);

    /// <summary>A copy of a connection, that the runtime's poll can watch.</summary>
    public static Socket WakeOf(int descriptor)
    {
        SafeSocketHandle? handle = new(Duplicate(descriptor), ownsHandle: true);
        try
        {
            var socket = new Socket(handle);
            handle = null;
            return socket;
        }
        finally
        {
            handle?.Dispose();
        }
    }

    private static int Duplicate(int descriptor)
    {
        int copy = Fcntl(descriptor, DuplicateCloseOnExec, 0);
        return copy >= 0 ? copy : throw new BusException("org.openclaw.Edge.Descriptor", $"a descriptor cannot be copied: error {Marshal.GetLastPInvokeError()}");
    }

    // Variadic in C, but the third argument of this command is an int in the same register on every platform this runs on.
    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Fcntl(int descriptor, int command, int argument);
}
