using System.Text.Json;

namespace OpenClaw.Edge.Automation;

/// <summary>How a command of a job ended.</summary>
internal sealed class CronCommandEnd
{
    /// <summary>Why it did not run; null when it did.</summary>
    public string? Problem { get; init; }

    public int ExitCode { get; init; }

    public int Signal { get; init; }

    public bool TimedOut { get; init; }

    /// <summary>Whether it was silent for too long.</summary>
    public bool WasSilent { get; init; }

    /// <summary>Whether it ran to its own end and said that all is well.</summary>
    public bool IsOk => Problem is null && ExitCode == 0 && Signal == 0 && !TimedOut && !WasSilent;

    public string Output { get; init; } = "";

    public string Errors { get; init; } = "";

    /// <summary>Whether output was cut.</summary>
    public bool IsCut { get; init; }

    /// <summary>The outputs as one text; null when there is none.</summary>
    public string? Summary => (Output.Trim(), Errors.Trim()) switch
    {
        ("", "") => null,
        ({ } output, "") => output,
        ("", { } errors) => errors,
        ({ } output, { } errors) => $"stdout:\n{output}\n\nstderr:\n{errors}",
    };

    /// <summary>What went wrong, for a person.</summary>
    public string Error => Problem
        ?? (TimedOut ? "command timed out"
            : WasSilent ? "command produced no output before noOutputTimeoutSeconds"
            : Signal != 0 ? $"command stopped by signal {Signal}"
            : $"command exited with code {ExitCode}");

    /// <summary>The word for its end in the text that a job gets.</summary>
    public string Reason => TimedOut ? "overall-timeout" : Signal != 0 ? "signal" : "exit";

    /// <summary>What the log of runs keeps about it.</summary>
    public JsonElement Diagnostics(IReadOnlyList<string> argv, long atMs) => CronFields.Build(json =>
    {
        string command = string.Join(' ', argv.Select(word => $"\"{word.Replace("\"", "\\\"", StringComparison.Ordinal)}\""));
        string? text = Problem ?? Summary;
        if (text is not null)
        {
            json.WriteString("summary"u8, text.Length <= 2000 ? text : text[..2000] + "…");
        }

        json.WriteStartArray("entries"u8);
        json.WriteStartObject();
        json.WriteNumber("ts"u8, atMs);
        json.WriteString("source"u8, "exec"u8);
        json.WriteString("severity"u8, IsOk ? "info"u8 : "error"u8);
        json.WriteString("message"u8, Problem is not null ? $"command failed to start: {command}: {Problem}"
            : $"command {(IsOk ? "ok" : "error")}{(text is null ? " with no output" : "")}: {command}");
        if (Problem is null)
        {
            json.WriteNumber("exitCode"u8, ExitCode);
            json.WriteBoolean("truncated"u8, IsCut);
        }
        else
        {
            json.WriteNull("exitCode"u8); // the original's
        }

        json.WriteEndObject();
        json.WriteEndArray();
    });
}
