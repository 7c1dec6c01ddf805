using System.Runtime.InteropServices;

namespace OpenClaw.Edge.Platform;

/// <summary>Keeps what is typed from being shown, until it is disposed. Does nothing where standard input is no terminal.</summary>
public sealed unsafe partial class TerminalEcho : IDisposable
{
    private const int LocalFlagsAt = 12; // c_lflag, behind three other flag words
    private const uint Echo = 8; // ECHO

    private readonly byte[] _before = new byte[128]; // struct termios has 60 bytes on Linux
    private readonly bool _changed;

    private TerminalEcho()
    {
        fixed (byte* settings = _before)
        {
            _changed = GetAttributes(0, settings) == 0;
        }

        if (_changed)
        {
            byte[] silent = [.. _before];
            fixed (byte* settings = silent)
            {
                *(uint*)(settings + LocalFlagsAt) &= ~Echo;
                _changed = SetAttributes(0, 0, settings) == 0;
            }
        }
    }

    /// <summary>Stops the echo.</summary>
    public static TerminalEcho Off() => new();

    /// <inheritdoc />
    public void Dispose()
    {
        if (_changed)
        {
            fixed (byte* settings = _before)
            {
                _ = SetAttributes(0, 0, settings);
            }
        }
    }

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "tcgetattr")]
    private static partial int GetAttributes(int descriptor, byte* settings);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "tcsetattr")]
    private static partial int SetAttributes(int descriptor, int when, byte* settings);
}
