using System.Globalization;
using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Agents;

/// <summary>Tools whose schemas would take too much of a small window: the model finds them with <c>tool_search</c>, reads one
/// with <c>tool_describe</c> and runs it with <c>tool_call</c>. Immutable. Source: docs/tools.md, tool search.</summary>
internal sealed class ToolShelf
{
    private const int MaxHits = 10;
    private const int WindowShare = 4; // of the window; more of it is not spent on schemas

    private static readonly string[] s_direct = ["read", "ls", "write", "edit", "apply_patch", "exec", "process"];

    private readonly ToolSpec[] _kept;

    private ToolShelf(ToolSpec[] kept) => _kept = kept;

    /// <summary>The three tools that stand for all that are kept back.</summary>
    public static IReadOnlyList<ToolSpec> Controls { get; } =
    [
        new("tool_call", "Run a further tool.",
            """{"type":"object","properties":{"id":{"type":"string","description":"Tool name"},"args":{"type":"object"}},"required":["id"]}"""u8.ToArray()),
        new("tool_describe", "Show a further tool's arguments.",
            """{"type":"object","properties":{"id":{"type":"string"}},"required":["id"]}"""u8.ToArray()),
        new("tool_search", "Find further tools by what they do (English words).",
            """{"type":"object","properties":{"query":{"type":"string"},"limit":{"type":"integer","minimum":1}},"required":["query"]}"""u8.ToArray()),
    ];

    /// <summary>Puts tools on a shelf where that is wanted or needed.</summary>
    /// <param name="tools">What the turn may use; what it should be offered afterwards.</param>
    /// <param name="clients">Names of tools that the caller runs itself; they stay visible.</param>
    /// <param name="wanted">What the configuration says; null means: by the window.</param>
    /// <param name="window">Window in tokens.</param>
    /// <returns>Null when every schema is offered.</returns>
    public static ToolShelf? Make(ref IReadOnlyList<ToolSpec> tools, IReadOnlyList<ToolSpec> clients, bool? wanted, int window)
    {
        if (!(wanted ?? (tools.Count > s_direct.Length && Cost(tools) > window / WindowShare)))
        {
            return null;
        }

        ToolSpec[] kept = [.. tools.Where(tool => !s_direct.Contains(tool.Name) && !clients.Contains(tool))];
        if (kept.Length <= Controls.Count)
        {
            return null; // nothing would be saved
        }

        tools = [.. tools.Except(kept), .. Controls];
        return new ToolShelf(kept);
    }

    /// <summary>What the system prompt says of the tools kept back; names that come from elsewhere are not in it.</summary>
    /// <param name="window">Window in tokens, which bounds the text.</param>
    public string Directory(int window)
    {
        StringBuilder text = new("Further tools, run with tool_call:");
        int room = Math.Clamp(window / 4, 400, 18_000);
        foreach (ToolSpec tool in _kept.Where(tool => !tool.Name.Contains("__", StringComparison.Ordinal)))
        {
            string line = $"\n- {tool.Name}: {tool.Description.Split(". ", 2)[0].TrimEnd('.')}";
            line = text.Length + line.Length > room ? $"\n- {tool.Name}" : line;
            if (text.Length + line.Length > room)
            {
                break;
            }

            text.Append(line);
        }

        return text.Append("\ntool_search finds more.").ToString();
    }

    /// <summary>Whether a call is to one of the three.</summary>
    public static bool IsControl(string name) => name is "tool_search" or "tool_describe" or "tool_call";

    /// <summary>Answers <c>tool_search</c> and <c>tool_describe</c>.</summary>
    public ToolResult Answer(string control, JsonElement arguments)
    {
        if (control == "tool_describe")
        {
            string id = Text(arguments, "id");
            return Array.Find(_kept, tool => tool.Name == id) is { } tool
                ? new ToolResult($"{tool.Name}: {tool.Description}\nArguments (JSON schema): {Encoding.UTF8.GetString(tool.ParametersJson.Span)}\nRun it: tool_call with id and args.")
                : ToolResult.Error($"there is no tool '{id}'; find tools with tool_search");
        }

        string query = Text(arguments, "query");
        int limit = arguments.TryGetProperty("limit", out JsonElement asked) && asked.TryGetInt32(out int most) ? Math.Clamp(most, 1, MaxHits) : 5;
        ToolSpec[] hits = [.. _kept.Select(tool => (tool, score: Score(tool, query))).Where(hit => hit.score > 0)
            .OrderByDescending(hit => hit.score).ThenBy(hit => hit.tool.Name, StringComparer.Ordinal).Take(limit).Select(hit => hit.tool)];
        return new ToolResult(hits.Length == 0
            ? $"nothing matches '{query}'; other English words may, or one of: {string.Join(", ", _kept.Take(40).Select(tool => tool.Name))}"
            : string.Join('\n', hits.Select(tool => $"{tool.Name}: {tool.Description} Arguments: {Signature(tool)}")));
    }

    /// <summary>The call that <c>tool_call</c> stands for; arguments that stand beside the id count too.</summary>
    public static ToolCall Inner(ToolCall call)
    {
        JsonElement asked = TurnRows.Arguments(call.ArgumentsJson);
        string id = Text(asked, "id") is { Length: > 0 } named ? named : Text(asked, "name") is { Length: > 0 } name ? name : Text(asked, "tool");
        if (asked.TryGetProperty("args", out JsonElement arguments) || asked.TryGetProperty("arguments", out arguments))
        {
            return call with { Name = id, ArgumentsJson = arguments.ValueKind == JsonValueKind.String ? arguments.GetString()! : arguments.GetRawText() };
        }

        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream))
        {
            json.WriteStartObject();
            foreach (JsonProperty member in asked.EnumerateObject().Where(member => member.Name is not ("id" or "name" or "tool")))
            {
                member.WriteTo(json);
            }

            json.WriteEndObject();
        }

        return call with { Name = id, ArgumentsJson = Encoding.UTF8.GetString(stream.ToArray()) };
    }

    private static int Cost(IReadOnlyList<ToolSpec> tools) =>
        TokenEstimate.Of(new ModelRequest { Model = "", Messages = [], Tools = tools });

    // Words of the name weigh most. Stems are cut by hand: scheduling, scheduled and schedules meet.
    private static int Score(ToolSpec tool, string query)
    {
        string[] name = Words(tool.Name);
        string[] described = Words(tool.Description);
        string[] parameters = tool.Name.Contains("__", StringComparison.Ordinal) ? [] : Words(Encoding.UTF8.GetString(tool.ParametersJson.Span));
        int score = string.Equals(tool.Name, query.Trim(), StringComparison.OrdinalIgnoreCase) ? 1000 : 0;
        foreach (string word in Words(query).Distinct())
        {
            score += name.Contains(word) ? 12 : described.Contains(word) ? 5 : parameters.Contains(word) ? 1 : 0;
        }

        return score;
    }

    private static string[] Words(string text) =>
    [
        .. text.ToLowerInvariant().Split([' ', '_', '-', '.', ',', ':', ';', '"', '(', ')', '{', '}', '[', ']', '/', '\'', '?', '!'], StringSplitOptions.RemoveEmptyEntries)
            .Where(word => word.Length > 1 && word is not ("the" or "to" or "of" or "and" or "for" or "in" or "an" or "or"))
            .Select(Stem),
    ];

    private static string Stem(string word) =>
        word.Length > 5 && word.EndsWith("ing", StringComparison.Ordinal) ? word[..^3]
        : word.Length > 4 && (word.EndsWith("es", StringComparison.Ordinal) || word.EndsWith("ed", StringComparison.Ordinal)) ? word[..^2]
        : word.Length > 3 && word[^1] is 's' or 'e' ? word[..^1]
        : word;

    private static string Signature(ToolSpec tool)
    {
        if (tool.Name.Contains("__", StringComparison.Ordinal))
        {
            return "unknown; use tool_describe";
        }

        using JsonDocument schema = JsonDocument.Parse(tool.ParametersJson);
        if (!schema.RootElement.TryGetProperty("properties", out JsonElement properties))
        {
            return "{}";
        }

        string[] required = schema.RootElement.TryGetProperty("required", out JsonElement names)
            ? [.. names.EnumerateArray().Select(name => name.GetString()!)]
            : [];
        return "{" + string.Join("; ", properties.EnumerateObject().Select(member => string.Create(
            CultureInfo.InvariantCulture,
            $"{member.Name}{(required.Contains(member.Name) ? "" : "?")}: {Type(member.Value)}"))) + "}";
    }

    private static string Type(JsonElement schema) =>
        schema.TryGetProperty("enum", out JsonElement choices) ? string.Join("|", choices.EnumerateArray().Select(choice => choice.ToString()))
        : schema.TryGetProperty("type", out JsonElement type) ? type.ToString()
        : "any";

    private static string Text(JsonElement arguments, string name) =>
        arguments.ValueKind == JsonValueKind.Object && arguments.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!.Trim()
            : "";
}
