using System.Diagnostics.CodeAnalysis;
using System.Text;
using OpenClaw.Edge.Platform;

namespace OpenClaw.Edge.Cli;

/// <summary>Where a command reads and writes, and what that place can show.</summary>
public sealed class CliTerminal
{
    // What man pages and most tables are made for, when the width is unknown.
    private const int FallbackWidth = 80;

    /// <summary>Answers.</summary>
    public required TextWriter Out { get; init; }

    /// <summary>Errors, notes and progress.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>What the person or the pipe says.</summary>
    public required TextReader In { get; init; }

    /// <summary>Whether a person reads <see cref="Out"/>.</summary>
    public bool OutIsTerminal { get; init; }

    /// <summary>Whether a person reads <see cref="Error"/>.</summary>
    public bool ErrorIsTerminal { get; init; }

    /// <summary>Whether a person writes <see cref="In"/>.</summary>
    public bool InIsTerminal { get; init; }

    /// <summary>Columns of the terminal; 80 where there is none.</summary>
    public int Width { get; init; } = FallbackWidth;

    /// <summary>Writes a line of the answer.</summary>
    public void Say(string line) => Out.WriteLine(line);

    /// <summary>Writes a line that is not the answer.</summary>
    public void Note(string line) => Error.WriteLine(line);

    /// <summary>Asks for input: no line end, shown at once.</summary>
    public void Ask(string prompt)
    {
        Out.Write(prompt);
        Out.Flush();
    }

    /// <summary>The console of this process. Readers and writers are opened on first use.</summary>
    public static CliTerminal System()
    {
        bool outIsTerminal = !Console.IsOutputRedirected;
        return new CliTerminal
        {
            Out = WriterOf(outIsTerminal ? new DescriptorStream(1) : Console.OpenStandardOutput()),
            Error = WriterOf(outIsTerminal ? new DescriptorStream(2) : Console.OpenStandardError()),
            // Not Console.In: the terminal's own line editing is kept, and nothing is loaded before it is read.
            In = new StreamReader(Console.OpenStandardInput(), Encoding.UTF8, false, 4096, leaveOpen: true),
            OutIsTerminal = outIsTerminal,
            ErrorIsTerminal = !Console.IsErrorRedirected,
            InIsTerminal = !Console.IsInputRedirected,
            Width = outIsTerminal && TerminalSize.Columns() is >= 20 and int width ? width : FallbackWidth,
        };
    }

    // Not Console.Out: on a terminal it writes a sequence before the first word, and so does the first byte to any console stream.
    [SuppressMessage("Reliability", "CA2000:Dispose objects before losing scope", Justification = "open as long as the process")]
    private static TextWriter WriterOf(Stream stream) =>
        TextWriter.Synchronized(new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), 4096) { AutoFlush = true });
}
