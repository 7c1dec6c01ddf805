using System.Text.Json;

namespace OpenClaw.Edge.Cli.Runs;

/// <summary>Shows a run to a person as it happens: words on standard output, everything else on standard error, the
/// current phase on a line that is wiped by the next word. Calls come one at a time.</summary>
internal sealed class RunPrinter(CliTerminal terminal, Paint paint, bool showThinking)
{
    private const int LongestArguments = 60;

    private bool _phaseShown;
    private bool _thinking;
    private bool _midLine;
    private string _written = "";

    /// <summary>What was shown of the answer so far.</summary>
    public string Written => _written;

    // Only a person who sees both streams on one screen wants tools and phases between the words.
    private bool Chatty => terminal.OutIsTerminal && terminal.ErrorIsTerminal;

    public void Show(RunUpdate update)
    {
        switch (update)
        {
            case RunPhase phase:
                ShowPhase(phase);
                break;
            case RunThinking thinking when showThinking:
                ShowThinking(thinking.Delta);
                break;
            case RunText text:
                ShowText(text);
                break;
            case RunToolStart tool:
                ShowNote($"{paint.Accent("·")} {tool.Title ?? tool.Name} {Arguments(tool.Arguments)}");
                break;
            case RunToolEnd tool:
                ShowNote(tool.IsError
                    ? $"{paint.Bad("✗")} {tool.Name}: {FirstLine(tool.Output)}"
                    : $"{paint.Good("✓")} {tool.Name} {paint.Dim(FirstLine(tool.Output))}");
                break;
            default:
                break;
        }
    }

    /// <summary>Ends the answer: what was not streamed is shown now, and the line is closed.</summary>
    public void Finish(RunEnd end)
    {
        WipePhase();
        if (end.Text.StartsWith(_written, StringComparison.Ordinal))
        {
            Write(end.Text[_written.Length..]);
        }

        CloseLine();
        if (end.Ending == RunEnding.Aborted)
        {
            terminal.Error.WriteLine(paint.Warn(end.StopReason == "interrupt" ? "stopped by a newer message" : "aborted"));
        }
    }

    /// <summary>Leaves a half-written line, so that what follows stands on its own.</summary>
    public void CloseLine()
    {
        WipePhase();
        if (_midLine)
        {
            terminal.Out.WriteLine();
            terminal.Out.Flush();
            _midLine = false;
        }
    }

    private void ShowPhase(RunPhase phase)
    {
        if (Chatty && !_midLine)
        {
            WipePhase();
            terminal.Error.Write(paint.Dim(TextLayout.Cut("… " + PhaseText(phase), terminal.Width - 1)));
            terminal.Error.Flush();
            _phaseShown = true;
        }
    }

    private void ShowThinking(string delta)
    {
        if (Chatty)
        {
            WipePhase();
            terminal.Error.Write(paint.Dim(TextLayout.Block(delta)));
            terminal.Error.Flush();
            _thinking = true;
        }
    }

    private void ShowText(RunText text)
    {
        WipePhase();
        if (text.Replace)
        {
            CloseLine();
            _written = "";
        }

        Write(text.Delta);
    }

    private void Write(string delta)
    {
        if (delta.Length == 0)
        {
            return;
        }

        if (_thinking)
        {
            terminal.Error.WriteLine();
            _thinking = false;
        }

        _written += delta;
        terminal.Out.Write(terminal.OutIsTerminal ? TextLayout.Block(delta) : delta);
        terminal.Out.Flush();
        _midLine = !delta.EndsWith('\n');
    }

    private void ShowNote(string note)
    {
        if (Chatty)
        {
            CloseLine();
            terminal.Error.WriteLine(note);
        }
    }

    private void WipePhase()
    {
        if (_phaseShown)
        {
            terminal.Error.Write("\r\e[2K");
            terminal.Error.Flush();
            _phaseShown = false;
        }
    }

    /// <summary>A phase in words, and the place in the queue.</summary>
    public static string PhaseText(RunPhase phase)
    {
        string words = phase.Note ?? phase.Phase.Replace('_', ' ');
        return phase.QueuePosition is { } position and > 0 ? $"{words} (place {position} in the queue)" : words;
    }

    private string Arguments(JsonElement arguments) => arguments.ValueKind == JsonValueKind.Undefined
        ? ""
        : paint.Dim(TextLayout.Cut(TextLayout.OneLine(arguments.GetRawText()), LongestArguments));

    private static string FirstLine(string text)
    {
        string line = text.AsSpan().Trim() is { Length: > 0 } trimmed
            ? trimmed.ToString().Split('\n', 2)[0]
            : "";
        return TextLayout.Cut(TextLayout.OneLine(line), LongestArguments);
    }
}
