using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace OpenClaw.Edge.Platform;

/// <summary>The program that runs in this process, and another one in its place: same process id, same standard streams, same parent.
/// Source: https://man7.org/linux/man-pages/man2/execve.2.html</summary>
public static unsafe partial class ProcessImage
{
    private const string Deleted = " (deleted)"; // what the kernel says of a program that an update has renamed over
    private const int CopyAbove = 1030; // F_DUPFD_CLOEXEC
    private const int SetDescriptorFlags = 2; // F_SETFD
    private const int LowestCopy = 64; // guess: above what a runtime opens at its start
    private const int SetMask = 2; // SIG_SETMASK
    private const int MaskBytes = 128; // sizeof(sigset_t)

    /// <summary>The file of the program that a start would run now: after an update the new one, at the same place. Null when there is none.</summary>
    public static string? Program
    {
        get
        {
            string path = Environment.ProcessPath ?? "";
            path = path.EndsWith(Deleted, StringComparison.Ordinal) ? path[..^Deleted.Length] : path;
            return File.Exists(path) ? path : null;
        }
    }

    /// <summary>A copy of a socket's descriptor, which outlives the socket and goes to no program that is started. -1 when there is no room.</summary>
    public static int Copy(Socket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        return FileControl((int)socket.SafeHandle.DangerousGetHandle(), CopyAbove, LowestCopy);
    }

    /// <summary>Starts a program in the place of this one, with the arguments of this one. Nothing of this process runs after that: no
    /// <see langword="finally"/>, no exit handler. Returns only where the system refuses.</summary>
    /// <param name="program">File of the program.</param>
    /// <param name="environment">All of its variables.</param>
    /// <param name="descriptors">Descriptors that it gets under the same numbers, beside the standard streams.</param>
    /// <returns>The system's error number.</returns>
    public static int Replace(string program, IEnumerable<KeyValuePair<string, string>> environment, IEnumerable<int> descriptors)
    {
        ArgumentNullException.ThrowIfNull(environment);
        ArgumentNullException.ThrowIfNull(descriptors);
        List<byte[]> variables = [];
        foreach ((string name, string value) in environment)
        {
            variables.Add(Encoding.UTF8.GetBytes($"{name}={value}"));
        }

        byte[] path = Encoding.UTF8.GetBytes(program + "\0");
        byte** arguments = Vector(Arguments());
        byte** lines = Vector(variables);
        foreach (int descriptor in descriptors)
        {
            _ = FileControl(descriptor, SetDescriptorFlags, 0);
        }

        byte* nothing = stackalloc byte[MaskBytes];
        new Span<byte>(nothing, MaskBytes).Clear();
        _ = SignalMask(SetMask, nothing, null); // it is inherited, unlike handlers
        fixed (byte* file = path)
        {
            _ = Execute(file, arguments, lines);
        }

        return Marshal.GetLastPInvokeError();
    }

    // Byte for byte, as they were given: not every argument is UTF-8.
    private static List<byte[]> Arguments()
    {
        byte[] line = File.ReadAllBytes("/proc/self/cmdline");
        List<byte[]> arguments = [];
        for (int start = 0; start < line.Length;)
        {
            int end = Array.IndexOf(line, (byte)0, start);
            end = end < 0 ? line.Length : end;
            arguments.Add(line[start..end]);
            start = end + 1;
        }

        return arguments;
    }

    // Never freed: the process is about to be another one.
    private static byte** Vector(List<byte[]> texts)
    {
        byte** vector = (byte**)NativeMemory.Alloc((nuint)(texts.Count + 1), (nuint)sizeof(byte*));
        for (int index = 0; index < texts.Count; index++)
        {
            byte[] text = texts[index];
            vector[index] = (byte*)NativeMemory.AllocZeroed((nuint)text.Length + 1);
            text.CopyTo(new Span<byte>(vector[index], text.Length));
        }

        vector[texts.Count] = null;
        return vector;
    }

    [LibraryImport("libc", EntryPoint = "execve", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Execute(byte* path, byte** arguments, byte** environment);

    [LibraryImport("libc", EntryPoint = "fcntl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int FileControl(int descriptor, int command, int argument);

    [LibraryImport("libc", EntryPoint = "pthread_sigmask")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SignalMask(int how, byte* mask, byte* before);
}
