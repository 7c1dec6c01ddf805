using System.Text.Json;

namespace OpenClaw.Edge.Sessions;

/// <summary>The programs that wrote in a session, as its row keeps them.</summary>
internal static class SessionParticipants
{
    private const string Name = "participants";
    private const int Most = 32; // the original's

    /// <summary>Reads them from a row's other members.</summary>
    public static IReadOnlyList<string> Of(JsonElement? extra) =>
        extra is { ValueKind: JsonValueKind.Object } members
        && members.TryGetProperty(Name, out JsonElement list)
        && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!)]
            : [];

    /// <summary>The row's other members with one more program; null when nothing changes.</summary>
    public static string? With(JsonElement? extra, string program)
    {
        IReadOnlyList<string> known = Of(extra);
        return known.Count >= Most || known.Contains(program, StringComparer.Ordinal)
            ? null
            : ExtraMembers.Merge(extra, new Dictionary<string, JsonElement?>(StringComparer.Ordinal) { [Name] = ToJson([.. known, program]) });
    }

    private static JsonElement ToJson(string[] programs)
    {
        System.Buffers.ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartArray();
            foreach (string program in programs)
            {
                json.WriteStringValue(program);
            }

            json.WriteEndArray();
        }

        Utf8JsonReader reader = new(buffer.WrittenSpan);
        return JsonElement.ParseValue(ref reader);
    }
}
