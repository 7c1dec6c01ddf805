using System.Runtime.InteropServices;

namespace OpenClaw.Edge.Platform;

/// <summary>The libc calls that start, watch and end a command: <c>posix_spawn</c> into a session of its own, which .NET's
/// <c>Process</c> does not offer. Linux on x64 and arm64; sizes are generous bounds of glibc's and musl's structs.</summary>
internal static unsafe partial class ExecNative
{
    public const int Interrupted = 4; // EINTR
    public const int TryAgain = 11; // EAGAIN
    public const int InputOutput = 5; // EIO: a terminal whose other side is gone
    public const int SignalTerminate = 15;
    public const int SignalKill = 9;
    public const short PollIn = 1;

    private const int CloseOnExec = 0x80000; // O_CLOEXEC
    private const int NonBlock = 0x800; // O_NONBLOCK
    private const int ReadWrite = 2; // O_RDWR
    private const int NoControl = 0x100; // O_NOCTTY
    private const int GetFlags = 3; // F_GETFL
    private const int SetFlags = 4; // F_SETFL
    private const int NoHang = 1; // WNOHANG
    private const int PidFdOpen = 434; // the same on every architecture
    private const short SpawnSetSignalDefaults = 0x04;
    private const short SpawnSetSignalMask = 0x08;
    private const short SpawnSetSession = 0x80;

    /// <summary>What <c>poll</c> is asked and answers.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct PollEntry
    {
        public int Descriptor;
        public short Wanted;
        public short Got;
    }

    /// <summary>Makes a pipe that no other child inherits. False and the errno on failure.</summary>
    public static bool TryPipe(out int read, out int write, out int error)
    {
        int* ends = stackalloc int[2];
        error = pipe2(ends, CloseOnExec) == 0 ? 0 : Marshal.GetLastPInvokeError();
        (read, write) = error == 0 ? (ends[0], ends[1]) : (-1, -1);
        return error == 0;
    }

    /// <summary>Opens a new terminal: its master, and the path of the side for the child.</summary>
    public static bool TryTerminal(out int master, out string path, out int error)
    {
        path = "";
        error = 0;
        master = posix_openpt(ReadWrite | NoControl | CloseOnExec);
        byte* name = stackalloc byte[64];
        if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0 || ptsname_r(master, name, 64) != 0)
        {
            error = Marshal.GetLastPInvokeError();
            Close(master);
            master = -1;
            return false;
        }

        path = Marshal.PtrToStringUTF8((nint)name) ?? "";
        return true;
    }

    /// <summary>Makes reads and writes of this end return at once.</summary>
    public static void DoNotBlock(int descriptor) =>
        _ = descriptor < 0 ? 0 : fcntl(descriptor, SetFlags, fcntl(descriptor, GetFlags, 0) | NonBlock);

    /// <summary>Starts a program as leader of a new session, with no signal ignored or blocked. The errno, or zero.</summary>
    /// <param name="arguments">The program's path first.</param>
    /// <param name="environment"><c>NAME=value</c>.</param>
    /// <param name="input">Becomes descriptor 0; -1 means <c>/dev/null</c>.</param>
    /// <param name="output">Becomes descriptor 1.</param>
    /// <param name="errors">Becomes descriptor 2; -1 means as 1.</param>
    /// <param name="terminal">A terminal's path, which then is all three.</param>
    /// <param name="extra">Becomes descriptor 3; -1 means none.</param>
    /// <param name="pid">The child.</param>
    public static int Spawn(
        string[] arguments, string[] environment, int input, int output, int errors, string? terminal, int extra, out int pid)
    {
        byte* attributes = stackalloc byte[512]; // glibc: 336
        byte* actions = stackalloc byte[256]; // glibc: 80
        byte* signals = stackalloc byte[128];
        NativeMemory.Fill(signals, 128, 0xFF);
        int made = 0;
        int child = 0;
        nint argv = Pack(arguments);
        nint envp = Pack(environment);
        _ = posix_spawnattr_init(attributes);
        _ = posix_spawn_file_actions_init(actions);
        try
        {
            _ = posix_spawnattr_setflags(attributes, SpawnSetSession | SpawnSetSignalDefaults | SpawnSetSignalMask);
            _ = posix_spawnattr_setsigdefault(attributes, signals);
            NativeMemory.Clear(signals, 128);
            _ = posix_spawnattr_setsigmask(attributes, signals);
            made |= terminal is null && input >= 0
                ? posix_spawn_file_actions_adddup2(actions, input, 0)
                : posix_spawn_file_actions_addopen(actions, 0, terminal ?? "/dev/null", terminal is null ? 0 : ReadWrite, 0);
            made |= posix_spawn_file_actions_adddup2(actions, terminal is null ? output : 0, 1);
            made |= posix_spawn_file_actions_adddup2(actions, terminal is null && errors >= 0 ? errors : 1, 2);
            made |= extra >= 0 ? posix_spawn_file_actions_adddup2(actions, extra, 3) : 0;
            made = made != 0 ? made : posix_spawn(&child, arguments[0], actions, attributes, argv, envp);
            pid = child;
            return made;
        }
        finally
        {
            _ = posix_spawn_file_actions_destroy(actions);
            _ = posix_spawnattr_destroy(attributes);
            Free(argv);
            Free(envp);
        }
    }

    /// <summary>A descriptor that becomes readable when the child ends; -1 where the kernel has none.</summary>
    public static int WatchExit(int pid) => (int)syscall_pidfd(PidFdOpen, pid, 0);

    /// <summary>Waits until one of the descriptors has something, or for a time; negative waits for ever.</summary>
    public static int Poll(Span<PollEntry> entries, int milliseconds)
    {
        fixed (PollEntry* first = entries)
        {
            return poll(first, (nuint)entries.Length, milliseconds);
        }
    }

    /// <summary>Takes the status of a child that has ended. False while it runs.</summary>
    public static bool TryReap(int pid, out int exitCode, out int signal)
    {
        int status = 0;
        int reaped = waitpid(pid, &status, NoHang);
        exitCode = (status >> 8) & 0xFF;
        signal = status & 0x7F;
        return reaped == pid || (reaped < 0 && Marshal.GetLastPInvokeError() != Interrupted);
    }

    /// <summary>Reads what is there: bytes, zero at the end, or minus the errno.</summary>
    public static int Read(int descriptor, Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            nint got = read(descriptor, start, (nuint)buffer.Length);
            return got < 0 ? -Marshal.GetLastPInvokeError() : (int)got;
        }
    }

    /// <summary>Writes what fits: bytes, or minus the errno.</summary>
    public static int Write(int descriptor, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            nint put = write(descriptor, start, (nuint)bytes.Length);
            return put < 0 ? -Marshal.GetLastPInvokeError() : (int)put;
        }
    }

    /// <summary>Sends a signal to a process, or to a group when negative.</summary>
    /// <returns>False when it is gone, or another user's.</returns>
    public static bool Kill(int pid, int signal) => kill(pid, signal) == 0;

    /// <summary>Closes a descriptor; negative is none.</summary>
    public static void Close(int descriptor)
    {
        if (descriptor >= 0)
        {
            _ = close(descriptor);
        }
    }

    // One block: the pointers, a null pointer, the texts.
    private static nint Pack(string[] texts)
    {
        int table = (texts.Length + 1) * sizeof(nint);
        byte* block = (byte*)NativeMemory.AllocZeroed(
            (nuint)(table + texts.Sum(text => System.Text.Encoding.UTF8.GetByteCount(text) + 1)));
        byte* next = block + table;
        for (int i = 0; i < texts.Length; i++)
        {
            ((nint*)block)[i] = (nint)next;
            next += System.Text.Encoding.UTF8.GetBytes(texts[i], new Span<byte>(next, System.Text.Encoding.UTF8.GetByteCount(texts[i]))) + 1;
        }

        return (nint)block;
    }

    private static void Free(nint block) => NativeMemory.Free((void*)block);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", SetLastError = true)]
    private static partial int pipe2(int* ends, int flags);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", SetLastError = true)]
    private static partial int fcntl(int descriptor, int command, int argument);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", SetLastError = true)]
    private static partial int posix_openpt(int flags);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", SetLastError = true)]
    private static partial int grantpt(int master);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", SetLastError = true)]
    private static partial int unlockpt(int master);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", SetLastError = true)]
    private static partial int ptsname_r(int master, byte* name, nuint length);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc")]
    private static partial int posix_spawnattr_init(byte* attributes);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc")]
    private static partial int posix_spawnattr_destroy(byte* attributes);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc")]
    private static partial int posix_spawnattr_setflags(byte* attributes, short flags);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc")]
    private static partial int posix_spawnattr_setsigdefault(byte* attributes, byte* signals);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc")]
    private static partial int posix_spawnattr_setsigmask(byte* attributes, byte* signals);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_init(byte* actions);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_destroy(byte* actions);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_adddup2(byte* actions, int descriptor, int target);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int posix_spawn_file_actions_addopen(byte* actions, int target, string path, int flags, uint mode);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int posix_spawn(int* pid, string path, byte* actions, byte* attributes, nint argv, nint envp);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint syscall_pidfd(nint number, nint pid, nint flags);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", SetLastError = true)]
    private static partial int poll(PollEntry* entries, nuint count, int milliseconds);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", SetLastError = true)]
    private static partial int waitpid(int pid, int* status, int options);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", SetLastError = true)]
    private static partial nint read(int descriptor, byte* buffer, nuint length);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", SetLastError = true)]
    private static partial nint write(int descriptor, byte* buffer, nuint length);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int pid, int signal);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int descriptor);
}
