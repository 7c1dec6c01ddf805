using System.Runtime.CompilerServices;
using System.Text;

namespace OpenClaw.Edge.Sandbox;

/// <summary>The program's other life, inside a bubblewrap sandbox: it puts itself under Landlock and becomes the command. From
/// then on nothing but the sandbox's own folders can be written, whatever happens to its mounts.</summary>
public static class SandboxInit
{
    /// <summary>First argument that asks for it: <c>__sandbox-init FOLDER[:FOLDER…] -- PROGRAM [ARGUMENT…]</c>.</summary>
    public const string Verb = "__sandbox-init";

    private const int Failed = 126; // what shells answer when a command cannot be run

    private const ulong Execute = 1;
    private const ulong WriteFile = 1 << 1;
    private const ulong ReadFile = 1 << 2;
    private const ulong ReadFolder = 1 << 3;
    private const ulong MakeDevice = (1 << 6) | (1 << 11);
    private const ulong Rename = 1 << 13; // REFER, version 2
    private const ulong Truncate = 1 << 14; // version 3
    private const ulong DeviceControl = 1 << 15; // version 5
    private const ulong FirstVersion = (1 << 13) - 1;
    private const ulong Scopes = 3; // abstract sockets and signals of outsiders, version 6

    /// <summary>The kernel's version of Landlock; 0 without.</summary>
    public static int LandlockVersion { get; } = (int)Math.Max(0, LandlockNative.Version());

    /// <summary>This program's file when it can do it, which takes the native one; null otherwise.</summary>
    public static string? OwnProgram => RuntimeFeature.IsDynamicCodeSupported ? null : Environment.ProcessPath;

    /// <summary>Does it. Comes back only when it failed, with the exit code and a sentence on standard error.</summary>
    /// <param name="arguments">What follows the verb.</param>
    public static int Run(ReadOnlySpan<string> arguments)
    {
        if (arguments is not [string folders, "--", string program, ..])
        {
            return Refuse("usage: " + Verb + " FOLDER[:FOLDER...] -- PROGRAM [ARGUMENT...]");
        }

        if (!TryConfine(folders.Split(':', StringSplitOptions.RemoveEmptyEntries), out string problem))
        {
            return Refuse(problem); // a wall that was promised and is not there is no reason to go on
        }

        return Refuse($"{program} cannot be run: errno {LandlockNative.Become(arguments[2..])}");
    }

    private static bool TryConfine(string[] writable, out string problem)
    {
        int version = LandlockVersion;
        if (version == 0)
        {
            problem = "the kernel has no Landlock";
            return false;
        }

        ulong handled = FirstVersion | (version >= 2 ? Rename : 0) | (version >= 3 ? Truncate : 0) | (version >= 5 ? DeviceControl : 0);
        int rules = LandlockNative.CreateRules(handled, version >= 6 ? Scopes : 0, version);
        bool made = rules >= 0
            && LandlockNative.TryAllow(rules, "/", Execute | ReadFile | ReadFolder)
            && LandlockNative.TryAllow(rules, "/dev", handled & (ReadFile | WriteFile | ReadFolder | Truncate | DeviceControl))
            && LandlockNative.TryAllow(rules, "/proc", ReadFile | WriteFile | ReadFolder);
        foreach (string folder in writable)
        {
            made = made && LandlockNative.TryAllow(rules, folder, handled & ~MakeDevice);
        }

        made = made && LandlockNative.TryEnter(rules);
        problem = made ? "" : $"Landlock refused the rules: errno {LandlockNative.LastError}";
        return made;
    }

    private static int Refuse(string problem)
    {
        using Stream errors = Console.OpenStandardError();
        errors.Write(Encoding.UTF8.GetBytes($"sandbox: {problem}\n"));
        return Failed;
    }
}
