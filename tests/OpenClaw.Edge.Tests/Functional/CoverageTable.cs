using System.Globalization;
using System.Text;
using System.Text.Json;

namespace OpenClaw.Edge.Tests.Functional;

/// <summary>The original's methods and events beside ours, as a document.</summary>
internal sealed class CoverageTable
{
    private readonly List<(string Name, string Scope)> _methods = [];
    private readonly List<string> _events = [];
    private readonly Dictionary<string, Dictionary<string, string>> _notes = [];
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);
    private string _version = "";

    /// <summary>The original's methods.</summary>
    public IEnumerable<string> Methods => _methods.Select(method => method.Name);

    /// <summary>Names without a note that need one, and notes of nothing.</summary>
    public List<string> Problems { get; } = [];

    /// <summary>Reads <c>original.json</c> and <c>notes.json</c>.</summary>
    public static CoverageTable Read(string folder)
    {
        CoverageTable table = new();
        using JsonDocument original = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "original.json")));
        using JsonDocument notes = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "notes.json")));
        table._version = original.RootElement.GetProperty("version").GetString()!;
        table._methods.AddRange(original.RootElement.GetProperty("methods").EnumerateObject().Select(item => (item.Name, item.Value.GetString()!)));
        table._events.AddRange(original.RootElement.GetProperty("events").EnumerateArray().Select(item => item.GetString()!));
        foreach (JsonProperty section in notes.RootElement.EnumerateObject())
        {
            table._notes[section.Name] = section.Value.EnumerateObject().ToDictionary(item => item.Name, item => item.Value.GetString()!);
        }

        return table;
    }

    /// <summary>The document.</summary>
    public string Write(IReadOnlySet<string> registered, IReadOnlyList<string> events)
    {
        List<(string Name, string Scope, string State, string Note)> rows = [.. _methods.Select(method => Row(method.Name, method.Scope, registered.Contains(method.Name)))];
        List<(string Name, string State, string Note)> told = [.. _events.Select(name => EventRow(name, events.Contains(name)))];
        foreach ((string section, Dictionary<string, string> entries) in _notes)
        {
            Problems.AddRange(entries.Keys.Where(key => !_used.Contains($"{section} {key}")).Select(key => $"notes.json: {section} \"{key}\" is about nothing"));
        }

        StringBuilder text = new();
        text.Append("# Methods and events: the original's and ours\n\n");
        text.Append("Made by the test `Says_what_it_covers` from what the gateway answers, `tests/conformance/coverage/original.json` (names of the\n");
        text.Append(CultureInfo.InvariantCulture, $"original {_version}, by `coverage.mjs`) and `notes.json` beside it. Do not edit: `EDGE_UPDATE_GOLDEN=1` and that test write it.\n");
        text.Append("What the words mean is in [protocol.md](protocol.md). `empty`: the part does not exist here, and the method answers as the original\n");
        text.Append("does where the part is off or has nothing.\n\n");
        Sum(text, "methods", rows.Select(row => row.State));
        Sum(text, "events", told.Select(row => row.State));
        text.Append("\n| method | scope | ours | |\n| --- | --- | --- | --- |\n");
        foreach ((string name, string scope, string state, string note) in rows)
        {
            text.Append(CultureInfo.InvariantCulture, $"| `{name}` | {scope.Replace("operator.", "", StringComparison.Ordinal)} | {state} | {note} |\n");
        }

        text.Append("\n| event | ours | |\n| --- | --- | --- |\n");
        foreach ((string name, string state, string note) in told)
        {
            text.Append(CultureInfo.InvariantCulture, $"| `{name}` | {state} | {note} |\n");
        }

        IEnumerable<string> own = registered.Where(name => !_methods.Any(method => method.Name == name)).Order(StringComparer.Ordinal);
        text.Append(CultureInfo.InvariantCulture, $"\nOurs alone: {string.Join(", ", own.Select(name => $"`{name}`"))}.\n");
        return text.ToString();
    }

    private static void Sum(StringBuilder text, string what, IEnumerable<string> states)
    {
        string[] all = [.. states];
        string counts = string.Join(", ", new[] { "full", "partial", "empty", "absent" }
            .Select(state => (State: state, Count: all.Count(item => item == state)))
            .Where(item => item.Count > 0)
            .Select(item => $"{item.Count} {item.State}"));
        text.Append(CultureInfo.InvariantCulture, $"* {all.Length} {what}: {counts}\n");
    }

    private (string, string, string, string) Row(string name, string scope, bool registered)
    {
        string? part = Longest("parts", name);
        if (!registered)
        {
            if (part is null)
            {
                Problems.Add($"notes.json: parts says nothing about {name}, which is absent");
            }

            return (name, scope, "absent", part ?? "?");
        }

        return Exact("partial", name) is { } missing ? (name, scope, "partial", missing)
            : part is not null ? (name, scope, "empty", part)
            : (name, scope, "full", "");
    }

    private (string, string, string) EventRow(string name, bool sent)
    {
        if (sent)
        {
            return Exact("partialEvents", name) is { } missing ? (name, "partial", missing) : (name, "full", "");
        }

        string? why = Longest("absentEvents", name);
        if (why is null)
        {
            Problems.Add($"notes.json: absentEvents says nothing about {name}");
        }

        return (name, "absent", why ?? "?");
    }

    private string? Exact(string section, string name)
    {
        _used.Add($"{section} {name}");
        return _notes[section].GetValueOrDefault(name);
    }

    private string? Longest(string section, string name)
    {
        string? key = _notes[section].Keys.Where(prefix => name.StartsWith(prefix, StringComparison.Ordinal)).MaxBy(prefix => prefix.Length);
        if (key is null)
        {
            return null;
        }

        _used.Add($"{section} {key}");
        return _notes[section][key];
    }
}
