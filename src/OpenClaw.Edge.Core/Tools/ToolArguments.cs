using System.Text.Json;
using OpenClaw.Edge.Providers;

namespace OpenClaw.Edge.Tools;

/// <summary>Makes checked arguments from what a model wrote: other names for the same thing are accepted, numbers in quotes
/// become numbers, a lone edit becomes a list of one. What cannot be read is a sentence that the model can act on.</summary>
public static class ToolArguments
{
    /// <summary>Most bytes of one call's arguments.</summary>
    public const int MaxBytes = WorkspaceFiles.MaxFileBytes + (64 * 1024);

    private static readonly JsonDocumentOptions s_tolerant = new()
    {
        AllowTrailingCommas = true,
        CommentHandling = JsonCommentHandling.Skip,
        MaxDepth = 32,
    };

    private static readonly Dictionary<string, string> s_aliases = new(StringComparer.Ordinal)
    {
        ["file_path"] = "path",
        ["filePath"] = "path",
        ["filename"] = "path",
        ["file"] = "path",
        ["directory"] = "path",
        ["dir"] = "path",
        ["contents"] = "content",
        ["text"] = "content",
        ["old_string"] = "oldText",
        ["oldString"] = "oldText",
        ["old_text"] = "oldText",
        ["new_string"] = "newText",
        ["newString"] = "newText",
        ["new_text"] = "newText",
    };

    /// <summary>Reads and checks arguments. Never throws on input.</summary>
    /// <param name="tool">The tool that is called.</param>
    /// <param name="json">What the model wrote; empty counts as <c>{}</c>.</param>
    /// <param name="arguments">Arguments that fit the schema.</param>
    /// <param name="problem">What is wrong and how to call the tool.</param>
    public static bool TryRead(ToolSpec tool, string json, out JsonElement arguments, out string problem)
    {
        ArgumentNullException.ThrowIfNull(tool);
        arguments = default;
        if (json.Length > MaxBytes)
        {
            problem = $"the arguments have {json.Length} characters; the limit is {MaxBytes}. Write in smaller pieces";
            return false;
        }

        using JsonDocument schema = JsonDocument.Parse(tool.ParametersJson);
        try
        {
            using JsonDocument written = Parse(string.IsNullOrWhiteSpace(json) ? "{}" : json);
            arguments = Normalise(schema.RootElement, written.RootElement);
        }
        catch (JsonException exception)
        {
            problem = $"the arguments of {tool.Name} are not valid JSON ({exception.Message}). {Usage(tool)}";
            return false;
        }

        problem = ArgumentCheck.Problem(schema.RootElement, arguments) is string found ? $"{tool.Name}: {found}. {Usage(tool)}" : "";
        return problem.Length == 0;
    }

    // What is JSON is read as JSON; only the rest is guessed at.
    private static JsonDocument Parse(string json)
    {
        try
        {
            return JsonDocument.Parse(json, s_tolerant);
        }
        catch (JsonException) when (LooseJson.TryRead(json, out string repaired))
        {
            return JsonDocument.Parse(repaired, s_tolerant);
        }
    }

    private static string Usage(ToolSpec tool) =>
        $"Expected JSON schema: {System.Text.Encoding.UTF8.GetString(tool.ParametersJson.Span)}";

    private static JsonElement Normalise(JsonElement schema, JsonElement value)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream))
        {
            Write(writer, schema, value);
        }

        using JsonDocument document = JsonDocument.Parse(stream.ToArray());
        return document.RootElement.Clone();
    }

    private static void Write(Utf8JsonWriter writer, JsonElement schema, JsonElement value)
    {
        string? type = Member(schema, "type") is { ValueKind: JsonValueKind.String } named ? named.GetString() : null;
        if (value.ValueKind == JsonValueKind.Object && Member(schema, "properties") is JsonElement properties)
        {
            WriteObject(writer, properties, value, isOpen: Member(schema, "additionalProperties") is { ValueKind: JsonValueKind.True });
        }
        else if (type == "array" && value.ValueKind == JsonValueKind.Array && Member(schema, "items") is JsonElement items)
        {
            writer.WriteStartArray();
            foreach (JsonElement item in value.EnumerateArray())
            {
                Write(writer, items, item);
            }

            writer.WriteEndArray();
        }
        else if (type == "array" && value.ValueKind == JsonValueKind.Object)
        {
            writer.WriteStartArray(); // one item without its list
            Write(writer, Member(schema, "items") ?? default, value);
            writer.WriteEndArray();
        }
        else if (value.ValueKind == JsonValueKind.String && type is "array" or "object" && IsJson(value.GetString()!, type))
        {
            using JsonDocument inner = JsonDocument.Parse(value.GetString()!, s_tolerant); // a document inside a string
            Write(writer, schema, inner.RootElement);
        }
        else if (type == "integer" && value.ValueKind == JsonValueKind.String && long.TryParse(value.GetString(), out long number))
        {
            writer.WriteNumberValue(number);
        }
        else
        {
            value.WriteTo(writer);
        }
    }

    private static void WriteObject(Utf8JsonWriter writer, JsonElement properties, JsonElement value, bool isOpen)
    {
        HashSet<string> written = [];
        List<JsonProperty> strays = [];
        writer.WriteStartObject();
        foreach (JsonProperty member in value.EnumerateObject())
        {
            bool known = properties.TryGetProperty(member.Name, out JsonElement expected);
            string name = member.Name;
            if (!known && s_aliases.TryGetValue(name, out string? canonical) && !value.TryGetProperty(canonical, out _))
            {
                name = canonical;
                known = properties.TryGetProperty(canonical, out expected);
            }

            if (!known && isOpen)
            {
                member.WriteTo(writer); // the schema takes any name
            }
            else if (!known)
            {
                strays.Add(member);
            }
            else if (member.Value.ValueKind != JsonValueKind.Null && written.Add(name)) // null means: not given
            {
                writer.WritePropertyName(name);
                Write(writer, expected, member.Value);
            }
        }

        WriteLoneItem(writer, properties, written, strays);
        writer.WriteEndObject();
    }

    // {"path":…,"oldText":…,"newText":…} is what models write when they mean "edits":[{…}].
    private static void WriteLoneItem(
        Utf8JsonWriter writer, JsonElement properties, HashSet<string> written, List<JsonProperty> strays)
    {
        foreach (JsonProperty property in properties.EnumerateObject())
        {
            if (written.Contains(property.Name)
                || Member(property.Value, "items") is not JsonElement items
                || Member(items, "properties") is not JsonElement wanted)
            {
                continue;
            }

            List<JsonProperty> fitting =
            [
                .. strays.Where(stray => wanted.TryGetProperty(s_aliases.GetValueOrDefault(stray.Name) ?? stray.Name, out _)),
            ];
            if (fitting.Count == 0)
            {
                continue;
            }

            writer.WriteStartArray(property.Name);
            writer.WriteStartObject();
            foreach (JsonProperty stray in fitting)
            {
                writer.WritePropertyName(s_aliases.GetValueOrDefault(stray.Name) ?? stray.Name);
                stray.Value.WriteTo(writer);
            }

            writer.WriteEndObject();
            writer.WriteEndArray();
        }
    }

    private static bool IsJson(string text, string type)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text, s_tolerant);
            return document.RootElement.ValueKind == (type == "array" ? JsonValueKind.Array : JsonValueKind.Object);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static JsonElement? Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) ? value : null;
}
