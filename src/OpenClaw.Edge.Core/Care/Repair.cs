using System.Text.Json;
using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Care;

/// <summary>A repair that can be taken back: another mode, or a file put aside. Nothing is ever deleted.</summary>
/// <param name="Path">What it is done to.</param>
/// <param name="Mode">The mode it gets; null for a move.</param>
/// <param name="MoveTo">Where it goes; null for a mode.</param>
public sealed record Repair(string Path, UnixFileMode? Mode, string? MoveTo)
{
    private const string Action = "doctor.fix";
    private const string UndoAction = "doctor.undo";

    /// <summary>For a person, as a command that does the same.</summary>
    public string Text => Mode is { } mode ? $"chmod {Octal(mode)} {Path}" : $"mv {Path} {MoveTo}";

    /// <summary>Does it, after its line in the journal: a line without a repair is harmless, the other way round is not.</summary>
    /// <param name="paths">Whose state.</param>
    /// <param name="checkId">Who found it.</param>
    /// <param name="batch">Name of the run, which is undone as one.</param>
    /// <param name="time">Clock.</param>
    /// <exception cref="IOException">It cannot be done.</exception>
    public void Apply(StatePaths paths, string checkId, string batch, TimeProvider time)
    {
        CareJournal.Append(paths, time, Action, json =>
        {
            json.WriteString("batch"u8, batch);
            json.WriteString("checkId"u8, checkId);
            json.WriteString("path"u8, Path);
            if (Mode is { } mode)
            {
                json.WriteString("modeBefore"u8, Octal(File.GetUnixFileMode(Path)));
                json.WriteString("modeAfter"u8, Octal(mode));
            }
            else
            {
                json.WriteString("movedTo"u8, MoveTo);
            }
        });
        if (Mode is { } wanted)
        {
            File.SetUnixFileMode(Path, wanted);
        }
        else
        {
            new StateMoves().Move(Path, MoveTo!);
        }
    }

    /// <summary>Takes the newest run of repairs back that was not taken back yet.</summary>
    /// <returns>What was done, as commands; empty when there is nothing.</returns>
    /// <exception cref="IOException">It cannot be done.</exception>
    public static IReadOnlyList<string> UndoLast(StatePaths paths, TimeProvider time)
    {
        IReadOnlyList<JsonElement> journal = CareJournal.Read(paths);
        HashSet<string?> undone = [.. journal.Where(line => Is(line, UndoAction)).Select(line => Member(line, "batch"))];
        string? batch = journal.Where(line => Is(line, Action)).Select(line => Member(line, "batch")).LastOrDefault(name => !undone.Contains(name));
        if (batch is null)
        {
            return [];
        }

        CareJournal.Append(paths, time, UndoAction, json => json.WriteString("batch"u8, batch));
        List<string> done = [];
        foreach (JsonElement line in journal.Where(line => Is(line, Action) && Member(line, "batch") == batch).Reverse())
        {
            string path = Member(line, "path")!;
            if (Member(line, "modeBefore") is { } before && IsThere(path))
            {
                UnixFileMode mode = (UnixFileMode)Convert.ToInt32(before, 8);
                File.SetUnixFileMode(path, mode);
                done.Add($"chmod {before} {path}");
            }
            else if (Member(line, "movedTo") is { } moved && IsThere(moved) && !IsThere(path))
            {
                new StateMoves().Move(moved, path);
                done.Add($"mv {moved} {path}");
            }
        }

        return done;
    }

    private static bool IsThere(string path) => System.IO.Path.Exists(path);

    private static bool Is(JsonElement line, string action) => Member(line, "action") == action;

    private static string? Member(JsonElement line, string name) =>
        line.ValueKind == JsonValueKind.Object && line.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string Octal(UnixFileMode mode) => Convert.ToString((int)mode, 8).PadLeft(3, '0');
}
