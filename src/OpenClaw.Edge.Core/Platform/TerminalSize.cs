using System.Runtime.InteropServices;

namespace OpenClaw.Edge.Platform;

/// <summary>How wide the terminal of this process is. <c>Console.WindowWidth</c> would load the terminal's description and write a
/// sequence that switches its keypad, also where no colour is wanted.</summary>
public static partial class TerminalSize
{
    private const nuint GetWindowSize = 0x5413; // TIOCGWINSZ, Linux

    /// <summary>Columns of the terminal on standard output; null when there is none, or it does not tell.</summary>
    public static int? Columns() =>
        OperatingSystem.IsLinux() && Ask(1, GetWindowSize, out WindowSize size) == 0 && size.Columns > 0 ? size.Columns : null;

    [LibraryImport("libc", EntryPoint = "ioctl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Ask(int descriptor, nuint request, out WindowSize size);

    [StructLayout(LayoutKind.Sequential)]
    private struct WindowSize
    {
        public ushort Rows;
        public ushort Columns;
        public ushort Width;
        public ushort Height;
    }
}
