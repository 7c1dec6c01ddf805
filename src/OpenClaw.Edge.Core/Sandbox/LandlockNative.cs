using System.Runtime.InteropServices;

namespace OpenClaw.Edge.Sandbox;

/// <summary>The system calls of Landlock, whose numbers are the same everywhere, and <c>execv</c>. Source: linux/landlock.h.</summary>
internal static unsafe partial class LandlockNative
{
    private const nint CreateRuleset = 444;
    private const nint AddRule = 445;
    private const nint RestrictSelf = 446;
    private const nint AskVersion = 1; // LANDLOCK_CREATE_RULESET_VERSION
    private const nint PathBeneath = 1; // LANDLOCK_RULE_PATH_BENEATH
    private const int PathOnly = 0x200000 | 0x80000; // O_PATH | O_CLOEXEC
    private const int NoNewPrivileges = 38; // PR_SET_NO_NEW_PRIVS

    /// <summary>The errno of the last call.</summary>
    public static int LastError => Marshal.GetLastPInvokeError();

    /// <summary>The kernel's version; negative without Landlock.</summary>
    public static nint Version() => syscall(CreateRuleset, 0, 0, AskVersion, 0);

    /// <summary>Makes a set of rules that refuses the given accesses; its descriptor, or a negative number.</summary>
    public static int CreateRules(ulong files, ulong scopes, int version)
    {
        Ruleset attributes = new() { Files = files, Scopes = scopes };
        return (int)syscall(CreateRuleset, (nint)(&attributes), version >= 6 ? 24 : version >= 4 ? 16 : 8, 0, 0);
    }

    /// <summary>Allows accesses beneath a folder.</summary>
    public static bool TryAllow(int rules, string folder, ulong accesses)
    {
        int descriptor = open(folder, PathOnly, 0);
        if (descriptor < 0)
        {
            return false;
        }

        Beneath rule = new() { Accesses = accesses, Folder = descriptor };
        bool added = syscall(AddRule, rules, PathBeneath, (nint)(&rule), 0) == 0;
        int error = Marshal.GetLastPInvokeError();
        _ = close(descriptor);
        Marshal.SetLastPInvokeError(error);
        return added;
    }

    /// <summary>Puts this thread, and what it becomes, under the rules for good.</summary>
    public static bool TryEnter(int rules) =>
        prctl(NoNewPrivileges, 1, 0, 0, 0) == 0 && syscall(RestrictSelf, rules, 0, 0, 0) == 0;

    /// <summary>Becomes another program, with this one's environment. Comes back only when it failed, with the errno.</summary>
    public static int Become(ReadOnlySpan<string> arguments)
    {
        nint* vector = stackalloc nint[arguments.Length + 1];
        for (int i = 0; i < arguments.Length; i++)
        {
            vector[i] = Marshal.StringToCoTaskMemUTF8(arguments[i]); // nobody is left to free it
        }

        vector[arguments.Length] = 0;
        _ = execv(vector[0], vector);
        return Marshal.GetLastPInvokeError();
    }

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", SetLastError = true)]
    private static partial nint syscall(nint number, nint first, nint second, nint third, nint fourth);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags, uint mode);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc")]
    private static partial int close(int descriptor);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", SetLastError = true)]
    private static partial int prctl(int option, nint second, nint third, nint fourth, nint fifth);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", SetLastError = true)]
    private static partial int execv(nint path, nint* arguments);

    [StructLayout(LayoutKind.Sequential)]
    private struct Ruleset
    {
        public ulong Files;
        public ulong Net;
        public ulong Scopes;
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    private struct Beneath
    {
        public ulong Accesses;
        public int Folder;
    }
}
