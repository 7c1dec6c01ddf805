using System.Buffers;
using System.Text;
using System.Text.Json;

namespace OpenClaw.Edge.Sessions;

/// <summary>Members of a session that have no column.</summary>
internal static class ExtraMembers
{
    /// <summary>Puts the changes over what was there; null when nothing is left.</summary>
    public static string? Merge(JsonElement? old, IReadOnlyDictionary<string, JsonElement?> changes)
    {
        if (changes.Count == 0)
        {
            return old?.GetRawText();
        }

        SortedDictionary<string, JsonElement> members = new(StringComparer.Ordinal);
        if (old is JsonElement { ValueKind: JsonValueKind.Object } before)
        {
            foreach (JsonProperty member in before.EnumerateObject())
            {
                members[member.Name] = member.Value;
            }
        }

        foreach ((string name, JsonElement? value) in changes)
        {
            if (value is JsonElement { ValueKind: not JsonValueKind.Null } kept)
            {
                members[name] = kept;
            }
            else
            {
                members.Remove(name);
            }
        }

        return members.Count == 0 ? null : Write(members);
    }

    private static string Write(SortedDictionary<string, JsonElement> members)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            foreach ((string name, JsonElement value) in members)
            {
                json.WritePropertyName(name);
                value.WriteTo(json);
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
