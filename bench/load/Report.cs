using System.Text;
using System.Text.Json;

namespace OpenClaw.Edge.Load;

/// <summary>What was measured, as a table on the console, load.md and load.json.</summary>
internal sealed class Report(LoadOptions options)
{
    private readonly List<Figure> figures = [];
    private readonly List<string> errors = [];

    /// <summary>Phases that could not be measured.</summary>
    public int Errors => errors.Count;

    /// <summary>Gates that do not hold.</summary>
    public int Missed => figures.Count(figure => !figure.Holds);

    public void Add(Figure figure)
    {
        figures.Add(figure);
        string mark = figure.Gate is null ? "     " : figure.Holds ? "ok   " : "FAIL ";
        Console.WriteLine($"{mark} {figure.Name}: {figure.Text} {figure.Unit} {(figure.Gate is null ? "" : $"({figure.GateText})")} {figure.Note}".TrimEnd());
    }

    public void Fail(string phase, Exception failed)
    {
        errors.Add($"{phase}: {failed.Message}");
        Console.WriteLine($"FAIL  phase {phase}: {failed.Message}");
    }

    public async Task WriteAsync()
    {
        Directory.CreateDirectory(options.Out);
        StringBuilder table = new("| what | gate | measured | unit | how |\n| --- | --- | --- | --- | --- |\n");
        foreach (Figure figure in figures)
        {
            string missed = figure.Holds ? "" : " **missed**";
            table.Append(FormattableString.Invariant($"| {figure.Name} | {figure.GateText} | {figure.Text}{missed} | {figure.Unit} | {figure.Note} |\n"));
        }

        foreach (string error in errors)
        {
            table.Append(FormattableString.Invariant($"\nNot measured: {error}\n"));
        }

        string machine = $"{Environment.ProcessorCount} cores, {System.Runtime.InteropServices.RuntimeInformation.OSDescription}, {System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture}";
        await File.WriteAllTextAsync(Path.Combine(options.Out, "load.md"), $"{table}\nMachine: {machine}. Binary: {new FileInfo(options.Binary).Length} bytes.\n");
        await using FileStream file = File.Create(Path.Combine(options.Out, "load.json"));
        await using Utf8JsonWriter json = new(file, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteString("at", TimeProvider.System.GetUtcNow());
        json.WriteString("machine", machine);
        json.WriteStartArray("figures");
        foreach (Figure figure in figures)
        {
            json.WriteStartObject();
            json.WriteString("name", figure.Name);
            json.WriteString("unit", figure.Unit);
            WriteNumber(json, "value", figure.Value);
            if (figure.Gate is { } gate)
            {
                WriteNumber(json, figure.AtLeast ? "atLeast" : "atMost", gate);
                json.WriteBoolean("holds", figure.Holds);
            }

            json.WriteString("note", figure.Note);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("errors");
        errors.ForEach(json.WriteStringValue);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value))
        {
            json.WriteNumber(name, Math.Round(value, 4));
        }
    }
}
