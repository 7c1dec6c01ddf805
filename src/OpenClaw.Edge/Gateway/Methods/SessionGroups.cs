using System.Text.Json;
using OpenClaw.Edge.Protocol.Gateway;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary>The groups in their order, as they are kept on disk. Immutable.</summary>
/// <param name="Groups">Groups, first one first.</param>
/// <param name="SectionOrder">How a page orders its sections.</param>
internal sealed record SessionGroups(SessionGroup[] Groups, string[] SectionOrder)
{
    /// <summary>Reads what <see cref="Write"/> wrote; anything else is no groups.</summary>
    public static SessionGroups Read(JsonElement? kept)
    {
        if (kept is not { ValueKind: JsonValueKind.Object } root)
        {
            return new([], []);
        }

        SessionGroup[] groups = root.TryGetProperty("groups", out JsonElement list) && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Select(ReadGroup).OfType<SessionGroup>().DistinctBy(group => group.Name, StringComparer.Ordinal)]
            : [];
        string[] order = root.TryGetProperty("sectionOrder", out JsonElement sections) && sections.ValueKind == JsonValueKind.Array
            ? [.. sections.EnumerateArray().Where(section => section.ValueKind == JsonValueKind.String).Select(section => section.GetString()!)]
            : [];
        return new(groups, order);
    }

    /// <summary>Writes everything as one object.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WritePropertyName("groups"u8);
        WriteDefaults(json);
        json.WriteTexts("sectionOrder"u8, SectionOrder);
        json.WriteEndObject();
    }

    /// <summary>Writes the groups with what new sessions of them get.</summary>
    public void WriteDefaults(Utf8JsonWriter json)
    {
        json.WriteStartArray();
        foreach (SessionGroup group in Groups)
        {
            json.WriteStartObject();
            json.WriteString("name"u8, group.Name);
            if (group.Folder is { } folder)
            {
                json.WriteString("cwd"u8, folder);
            }

            if (group.Worktree)
            {
                json.WriteBoolean("worktree"u8, true);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static SessionGroup? ReadGroup(JsonElement item) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty("name", out JsonElement name) && name.ValueKind == JsonValueKind.String
            ? new SessionGroup(
                name.GetString()!,
                item.TryGetProperty("cwd", out JsonElement folder) && folder.ValueKind == JsonValueKind.String ? folder.GetString() : null,
                item.TryGetProperty("worktree", out JsonElement worktree) && worktree.ValueKind == JsonValueKind.True)
            : null;
}
