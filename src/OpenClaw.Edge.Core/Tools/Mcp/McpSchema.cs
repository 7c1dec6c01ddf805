using System.Buffers;
using System.Text.Json;
using OpenClaw.Edge.Protocol.Gateway;

namespace OpenClaw.Edge.Tools;

/// <summary>Makes a server's argument schema one that small models read and that arguments can be checked against: references are
/// put in place, choices between a value and nothing become the value, what models cannot use goes, and the whole is bounded. Whatever was
/// allowed stays allowed. Never throws on input.</summary>
internal static class McpSchema
{
    /// <summary>Most bytes of a cleaned schema.</summary>
    public const int MaxBytes = 6 * 1024; // guess: a twentieth of an 8k window for one tool is much already

    private const int MaxDepth = 12;
    private const int MaxNodes = 2_000;
    private const int MaxMembers = 64;
    private const int MaxDescription = 400;
    private const int MaxChoices = 100;

    private static readonly byte[] s_anything = """{"type":"object","properties":{}}"""u8.ToArray();

    /// <summary>The schema as UTF-8.</summary>
    public static byte[] Clean(JsonElement schema)
    {
        if (schema.ValueKind != JsonValueKind.Object)
        {
            return s_anything;
        }

        foreach ((int described, int depth) in ((int, int)[])[(MaxDescription, MaxDepth), (120, MaxDepth), (0, MaxDepth), (0, 2), (0, 1)])
        {
            var buffer = new ArrayBufferWriter<byte>();
            using (Utf8JsonWriter json = new(buffer, new JsonWriterOptions { Encoder = ToolText.Readable }))
            {
                new Cleaning(schema, described, depth).Write(json, schema, 0, isRoot: true);
            }

            if (buffer.WrittenCount <= MaxBytes)
            {
                return buffer.WrittenSpan.ToArray();
            }
        }

        return s_anything;
    }

    private sealed class Cleaning(JsonElement root, int described, int maxDepth)
    {
        private int _nodes;

        public void Write(Utf8JsonWriter json, JsonElement schema, int depth, bool isRoot = false)
        {
            string? said = Text(schema, "description"); // beside a reference or a choice it is about this very place
            schema = Resolve(schema);
            json.WriteStartObject();
            if (isRoot)
            {
                json.WriteString("type"u8, "object"u8);
                WriteProperties(json, schema, depth);
            }
            else if (schema.ValueKind == JsonValueKind.Object && ++_nodes < MaxNodes)
            {
                WriteBody(json, schema, depth, said ?? Text(schema, "description"));
            }

            json.WriteEndObject();
        }

        private void WriteBody(Utf8JsonWriter json, JsonElement schema, int depth, string? said)
        {
            string? type = TypeOf(schema);
            if (type is not null)
            {
                json.WriteString("type"u8, type);
            }

            WriteDescription(json, said);
            WriteChoices(json, schema);
            switch (type)
            {
                case "object" when depth < maxDepth:
                    WriteProperties(json, schema, depth);
                    break;
                case "array" when depth < maxDepth:
                    if (Member(schema, "items") is { ValueKind: JsonValueKind.Object } items)
                    {
                        json.WritePropertyName("items"u8);
                        Write(json, items, depth + 1);
                    }

                    WriteCount(json, schema, "minItems");
                    WriteCount(json, schema, "maxItems");
                    break;
                case "integer" or "number":
                    WriteNumber(json, schema, "minimum");
                    WriteNumber(json, schema, "maximum");
                    break;
            }
        }

        private void WriteProperties(Utf8JsonWriter json, JsonElement schema, int depth)
        {
            HashSet<string> known = new(StringComparer.Ordinal);
            json.WriteStartObject("properties"u8);
            foreach (JsonProperty member in Member(schema, "properties") is { ValueKind: JsonValueKind.Object } properties ? [.. properties.EnumerateObject()] : (JsonProperty[])[])
            {
                if (known.Count < MaxMembers && known.Add(member.Name))
                {
                    json.WritePropertyName(member.Name);
                    Write(json, member.Value, depth + 1);
                }
            }

            json.WriteEndObject();
            string[] required = Member(schema, "required") is { ValueKind: JsonValueKind.Array } names
                ? [.. names.EnumerateArray().Where(name => name.ValueKind == JsonValueKind.String).Select(name => name.GetString()!).Where(known.Contains).Distinct()]
                : [];
            if (required.Length > 0)
            {
                json.WriteTexts("required"u8, required);
            }

            // A map takes any name; so does an object of which nothing is known.
            bool map = Member(schema, "additionalProperties") is { } more ? more.ValueKind != JsonValueKind.False : known.Count is 0 or MaxMembers;
            if (map)
            {
                json.WriteBoolean("additionalProperties"u8, true);
            }
        }

        private void WriteDescription(Utf8JsonWriter json, string? said)
        {
            if (described > 0 && said?.Trim() is { Length: > 0 } text)
            {
                json.WriteString("description"u8, text.Length > described ? string.Concat(text.AsSpan(0, described - 1), "…") : text);
            }
        }

        private static void WriteChoices(Utf8JsonWriter json, JsonElement schema)
        {
            JsonElement[] choices = Member(schema, "enum") is { ValueKind: JsonValueKind.Array } list ? [.. list.EnumerateArray().Take(MaxChoices + 1)]
                : Member(schema, "const") is { } only ? [only]
                : Member(schema, "anyOf") is { ValueKind: JsonValueKind.Array } any ? Constants(any)
                : Member(schema, "oneOf") is { ValueKind: JsonValueKind.Array } one ? Constants(one)
                : [];
            if (choices.Length is > 0 and <= MaxChoices)
            {
                json.WriteStartArray("enum"u8);
                foreach (JsonElement choice in choices)
                {
                    choice.WriteTo(json);
                }

                json.WriteEndArray();
            }
        }

        private static JsonElement[] Constants(JsonElement options)
        {
            List<JsonElement> constants = [];
            foreach (JsonElement option in options.EnumerateArray())
            {
                if (Member(option, "const") is not { } constant)
                {
                    return [];
                }

                constants.Add(constant);
            }

            return [.. constants];
        }

        // A reference is replaced by what it names, all-of-one and one-or-nothing by the one. Others are left open.
        private JsonElement Resolve(JsonElement schema)
        {
            for (int hops = 0; hops < MaxDepth && schema.ValueKind == JsonValueKind.Object; hops++)
            {
                JsonElement? next = Text(schema, "$ref") is { } reference ? Find(reference) : Only(schema, "allOf") ?? Only(schema, "anyOf") ?? Only(schema, "oneOf");
                if (next is null || (TypeOf(schema) is not null && Text(schema, "$ref") is null))
                {
                    return schema;
                }

                schema = next.Value;
            }

            return schema;
        }

        private static JsonElement? Only(JsonElement schema, string key)
        {
            JsonElement? only = null;
            foreach (JsonElement option in Member(schema, key) is { ValueKind: JsonValueKind.Array } options ? [.. options.EnumerateArray()] : (JsonElement[])[])
            {
                if (Text(option, "type") == "null")
                {
                    continue;
                }

                if (only is not null)
                {
                    return null;
                }

                only = option;
            }

            return only;
        }

        private JsonElement? Find(string reference)
        {
            JsonElement at = root;
            foreach (string step in reference.StartsWith("#/", StringComparison.Ordinal) ? reference[2..].Split('/') : ["\0"])
            {
                if (Member(at, Uri.UnescapeDataString(step).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)) is not { } next)
                {
                    return default(JsonElement);
                }

                at = next;
            }

            return at;
        }

        private static string? TypeOf(JsonElement schema)
        {
            JsonElement? type = Member(schema, "type");
            if (type is { ValueKind: JsonValueKind.Array } several)
            {
                string[] names = [.. several.EnumerateArray().Where(name => name.ValueKind == JsonValueKind.String).Select(name => name.GetString()!).Where(name => name != "null")];
                return names.Length == 1 ? names[0] : null;
            }

            return type is { ValueKind: JsonValueKind.String } ? type.Value.GetString()
                : Member(schema, "properties") is not null ? "object"
                : Member(schema, "items") is not null ? "array"
                : null;
        }

        private static void WriteCount(Utf8JsonWriter json, JsonElement schema, string key)
        {
            if (Member(schema, key) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt32(out int count) && count >= 0)
            {
                json.WriteNumber(key, count);
            }
        }

        private static void WriteNumber(Utf8JsonWriter json, JsonElement schema, string key)
        {
            if (Member(schema, key) is { ValueKind: JsonValueKind.Number } value && value.TryGetDouble(out double number) && double.IsFinite(number))
            {
                json.WritePropertyName(key);
                value.WriteTo(json);
            }
        }

        private static string? Text(JsonElement schema, string key) =>
            Member(schema, key) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

        private static JsonElement? Member(JsonElement schema, string key) =>
            schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty(key, out JsonElement value) ? value : null;
    }
}
