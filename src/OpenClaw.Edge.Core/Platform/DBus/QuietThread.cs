using System.Runtime.InteropServices;

namespace OpenClaw.Edge.Platform.DBus;

/// <summary>Keeps signals from this thread while libsystemd waits: any of them (a child that ended, the collector's nudge) ends its poll, and
/// the call is given up with EINTR (seen with 252). Other threads get the signals meanwhile. Source: pthread_sigmask(3).</summary>
internal static unsafe partial class QuietThread
{
    private const int Block = 0; // SIG_BLOCK
    private const int SetMask = 2; // SIG_SETMASK
    private const int Words = 16; // sigset_t has 1,024 bits in glibc and musl

    // All but those that a thread brings upon itself: SIGILL 4, SIGTRAP 5, SIGABRT 6, SIGBUS 7, SIGFPE 8, SIGSEGV 11.
    private const ulong Others = ~((1UL << 3) | (1UL << 4) | (1UL << 5) | (1UL << 6) | (1UL << 7) | (1UL << 10));

    /// <summary>Calls, undisturbed.</summary>
    public static int Call(SdBusLibrary library, nint bus, nint message, ulong timeoutMicroseconds, SdBusError* error, nint* answer)
    {
        ulong* mask = stackalloc ulong[Words];
        ulong* before = stackalloc ulong[Words];
        new Span<ulong>(mask, Words).Clear();
        mask[0] = Others;
        bool quiet = SignalMask(Block, mask, before) == 0;
        int result = library.Call(bus, message, timeoutMicroseconds, error, answer);
        if (quiet)
        {
            _ = SignalMask(SetMask, before, null);
        }

        return result;
    }

    [LibraryImport("libc", EntryPoint = "pthread_sigmask")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SignalMask(int how, ulong* set, ulong* before);
}
