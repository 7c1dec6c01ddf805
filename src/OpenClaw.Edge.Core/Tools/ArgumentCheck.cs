using System.Text.Json;

namespace OpenClaw.Edge.Tools;

/// <summary>Checks arguments against the part of JSON Schema that tools use: type, properties, required, enum, minimum,
/// maximum, items, minItems, maxItems. Other keywords are not checked. Never throws on input.</summary>
internal static class ArgumentCheck
{
    private const int MaxDepth = 16;

    /// <summary>The first problem as a sentence for the model; null when there is none.</summary>
    public static string? Problem(JsonElement schema, JsonElement value) => Problem(schema, value, "arguments", 0);

    private static string? Problem(JsonElement schema, JsonElement value, string where, int depth)
    {
        if (depth > MaxDepth || schema.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        if (schema.TryGetProperty("type", out JsonElement type) && type.ValueKind == JsonValueKind.String
            && !IsOf(value, type.GetString()!))
        {
            return $"{where} must be {Article(type.GetString()!)}, not {Name(value)}";
        }

        if (schema.TryGetProperty("enum", out JsonElement choices)
            && !choices.EnumerateArray().Any(choice => JsonElement.DeepEquals(choice, value)))
        {
            return $"{where} must be one of {choices.GetRawText()}";
        }

        return value.ValueKind switch
        {
            JsonValueKind.Object => ObjectProblem(schema, value, where, depth),
            JsonValueKind.Array => ArrayProblem(schema, value, where, depth),
            JsonValueKind.Number => NumberProblem(schema, value, where),
            _ => null,
        };
    }

    private static string? ObjectProblem(JsonElement schema, JsonElement value, string where, int depth)
    {
        if (schema.TryGetProperty("required", out JsonElement required))
        {
            foreach (JsonElement name in required.EnumerateArray())
            {
                if (!value.TryGetProperty(name.GetString()!, out _))
                {
                    return $"{where} lacks '{name.GetString()}'";
                }
            }
        }

        if (!schema.TryGetProperty("properties", out JsonElement properties))
        {
            return null;
        }

        foreach (JsonProperty member in value.EnumerateObject())
        {
            if (properties.TryGetProperty(member.Name, out JsonElement expected)
                && Problem(expected, member.Value, $"'{member.Name}'", depth + 1) is string problem)
            {
                return problem;
            }
        }

        return null;
    }

    private static string? ArrayProblem(JsonElement schema, JsonElement value, string where, int depth)
    {
        int count = value.GetArrayLength();
        if (schema.TryGetProperty("minItems", out JsonElement least) && count < least.GetInt32())
        {
            return $"{where} needs at least {least.GetInt32()} item(s)";
        }

        if (schema.TryGetProperty("maxItems", out JsonElement most) && count > most.GetInt32())
        {
            return $"{where} may have at most {most.GetInt32()} items, not {count}";
        }

        if (!schema.TryGetProperty("items", out JsonElement items))
        {
            return null;
        }

        int index = 0;
        foreach (JsonElement item in value.EnumerateArray())
        {
            if (Problem(items, item, $"{where} item {index++}", depth + 1) is string problem)
            {
                return problem;
            }
        }

        return null;
    }

    private static string? NumberProblem(JsonElement schema, JsonElement value, string where)
    {
        double number = value.GetDouble();
        return schema.TryGetProperty("minimum", out JsonElement least) && number < least.GetDouble()
            ? $"{where} must be at least {least.GetRawText()}"
            : schema.TryGetProperty("maximum", out JsonElement most) && number > most.GetDouble()
                ? $"{where} must be at most {most.GetRawText()}"
                : null;
    }

    private static bool IsOf(JsonElement value, string type) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "integer" => value.ValueKind == JsonValueKind.Number && double.IsInteger(value.GetDouble()),
        "number" => value.ValueKind == JsonValueKind.Number,
        "null" => value.ValueKind == JsonValueKind.Null,
        _ => true,
    };

    private static string Article(string type) => type is "object" or "array" or "integer" ? $"an {type}" : $"a {type}";

    private static string Name(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True or JsonValueKind.False => "a boolean",
        JsonValueKind.Number => "a number",
        JsonValueKind.String => "a string",
        JsonValueKind.Null => "null",
        JsonValueKind.Array => "an array",
        _ => "an object",
    };
}
