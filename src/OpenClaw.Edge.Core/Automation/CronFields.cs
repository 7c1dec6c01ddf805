using System.Globalization;
using System.Text.Json;
using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Automation;

/// <summary>Reads single members of a job. Each throws <see cref="CronInputException"/> that says where.</summary>
internal static class CronFields
{
    /// <summary>Most characters of a script.</summary>
    public const int MaxScript = 65_536; // the original's

    private const int MaxText = 100_000;

    /// <summary>An object with no other members than these.</summary>
    public static void Object(JsonElement value, string at, params ReadOnlySpan<string> names)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            throw new CronInputException($"at /{at}: must be object");
        }

        foreach (JsonProperty member in value.EnumerateObject())
        {
            if (!names.Contains(member.Name))
            {
                throw new CronInputException($"at /{at}: unexpected property '{Shorten(member.Name)}'");
            }
        }
    }

    public static bool Has(JsonElement value, string name) => value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out _);

    public static string? Text(JsonElement parent, string name, string at) =>
        parent.TryGetProperty(name, out JsonElement value) ? Text(value, $"{at}/{name}") : null;

    public static string? Text(JsonElement value, string at) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString() is { Length: <= MaxText } text
            ? text.Trim().Length > 0 ? text : at == "name" ? null : throw new CronInputException($"at /{at}: must not have fewer than 1 characters")
            : throw new CronInputException($"at /{at}: must not have more than {MaxText} characters"),
        JsonValueKind.Null => null,
        _ => throw new CronInputException($"at /{at}: must be string"),
    };

    public static bool? Flag(JsonElement parent, string name, string at) =>
        parent.TryGetProperty(name, out JsonElement value) ? Flag(value, $"{at}/{name}") : null;

    public static bool? Flag(JsonElement value, string at) => value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Null => null,
        _ => throw new CronInputException($"at /{at}: must be boolean"),
    };

    public static long? Number(JsonElement parent, string name, string at, long min)
    {
        if (!parent.TryGetProperty(name, out JsonElement value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number)
            ? number >= min ? number : throw new CronInputException($"at /{at}/{name}: must be >= {min}")
            : throw new CronInputException($"at /{at}/{name}: must be integer");
    }

    public static double? Seconds(JsonElement parent, string name, string at)
    {
        if (!parent.TryGetProperty(name, out JsonElement value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number)
            ? number is >= 0 and < 1e9 ? number : throw new CronInputException($"at /{at}/{name}: must be >= 0")
            : throw new CronInputException($"at /{at}/{name}: must be number");
    }

    public static IReadOnlyList<string>? Texts(JsonElement parent, string name)
    {
        JsonElement value = parent.GetProperty(name);
        return value.ValueKind switch
        {
            JsonValueKind.Null => null,
            JsonValueKind.Array when value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String) =>
                [.. value.EnumerateArray().Select(item => item.GetString()!)],
            _ => throw new CronInputException($"at /payload/{name}: must be array of strings"),
        };
    }

    /// <summary>A positive length such as <c>15m</c>; null when it is none.</summary>
    public static long? Span(string? text) =>
        text is not null && ConfigValues.TryParseSpan(text.Trim(), out TimeSpan span) && span > TimeSpan.Zero ? (long)span.TotalMilliseconds : null;

    public static CronInputException Missing(string at, string name) => new($"at /{at}: must have required property '{name}'");

    public static string Iso(long ms) =>
        DateTimeOffset.FromUnixTimeMilliseconds(ms).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    public static string Shorten(string text) => text.Length <= 60 ? text : text[..60] + "…";

    /// <summary>An object of JSON, built by a writer.</summary>
    public static JsonElement Build(Action<Utf8JsonWriter> write)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        using JsonDocument document = JsonDocument.Parse(stream.ToArray());
        return document.RootElement.Clone();
    }

    /// <summary>A patch laid over an object: null takes a member away. Null when nothing is left.</summary>
    public static JsonElement? Merge(JsonElement? before, JsonElement patch)
    {
        JsonElement merged = Build(json =>
        {
            if (before is { ValueKind: JsonValueKind.Object } old)
            {
                foreach (JsonProperty member in old.EnumerateObject())
                {
                    if (!patch.TryGetProperty(member.Name, out _))
                    {
                        member.WriteTo(json);
                    }
                }
            }

            foreach (JsonProperty member in patch.EnumerateObject())
            {
                if (member.Value.ValueKind != JsonValueKind.Null)
                {
                    member.WriteTo(json);
                }
            }
        });
        return merged.EnumerateObject().MoveNext() ? merged : null;
    }
}
