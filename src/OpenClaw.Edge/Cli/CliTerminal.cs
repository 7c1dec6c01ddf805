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

    /// <summary>The console of this process. Readers and writers are opened on first use.</summary>
    public static CliTerminal System()
    {
        bool outIsTerminal = !Console.IsOutputRedirected;
        return new CliTerminal
        {
            Out = Console.Out,
            Error = Console.Error,
            In = Console.In,
            OutIsTerminal = outIsTerminal,
            ErrorIsTerminal = !Console.IsErrorRedirected,
            InIsTerminal = !Console.IsInputRedirected,
            Width = outIsTerminal ? WindowWidth() : FallbackWidth,
        };
    }

    private static int WindowWidth()
    {
        try
        {
            int width = Console.WindowWidth;
            return width >= 20 ? width : FallbackWidth;
        }
        catch (IOException)
        {
            return FallbackWidth; // a terminal that does not tell its size
        }
    }
}
