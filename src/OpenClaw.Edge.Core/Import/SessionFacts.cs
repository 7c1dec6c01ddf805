using System.Text.Json;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Import;

/// <summary>What the original notes about a session besides its transcript: <c>entry_json</c>, or a value of <c>sessions.json</c>.</summary>
internal sealed class SessionFacts
{
    public required string Key { get; init; }

    public required string SessionId { get; init; }

    /// <summary>Records of its transcript.</summary>
    public long Records { get; set; }

    /// <summary>How many of them are packed.</summary>
    public long Packed { get; private init; }

    /// <summary>Transcripts of the same key from before.</summary>
    public long OlderWindows { get; private init; }

    /// <summary>Name of the transcript's file, where it is not that of the id.</summary>
    public string? File { get; private init; }

    public long? CreatedAtMs { get; private init; }

    public long? UpdatedAtMs { get; private init; }

    public long? InteractionAtMs { get; private init; }

    private string? Label { get; init; }

    private string? DisplayName { get; init; }

    private string? Parent { get; init; }

    private bool Pinned { get; init; }

    private bool Archived { get; init; }

    /// <summary>Never throws on what the entry holds: what is not as expected is left out.</summary>
    public static SessionFacts Read(string key, string? sessionId, string entry, long records, long packed, long olderWindows)
    {
        JsonElement json = default;
        try
        {
            using JsonDocument document = JsonDocument.Parse(entry);
            json = document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : default;
        }
        catch (JsonException)
        {
            // the transcript is worth more than its label
        }

        return new SessionFacts
        {
            Key = key,
            SessionId = sessionId ?? Text(json, "sessionId") ?? "",
            Records = records,
            Packed = packed,
            OlderWindows = olderWindows,
            File = Text(json, "sessionFile"),
            CreatedAtMs = Time(json, "createdAt") ?? Time(json, "sessionStartedAt"),
            UpdatedAtMs = Time(json, "updatedAt"),
            InteractionAtMs = Time(json, "lastInteractionAt"),
            Label = Text(json, "label"),
            DisplayName = Text(json, "displayName"),
            Parent = Text(json, "parentSessionKey"),
            Pinned = Time(json, "pinnedAt") is not null,
            Archived = Time(json, "archivedAt") is not null,
        };
    }

    /// <summary>What the row gets when its transcript is there.</summary>
    public SessionPatch Patch(SessionRow made)
    {
        Dictionary<string, JsonElement?> extra = new() { [ImportDesk.UnfinishedMark] = null };
        if (Parent is { } parent && parent != made.Key.Text)
        {
            using JsonDocument text = JsonDocument.Parse($"\"{JsonEncodedText.Encode(parent)}\"");
            extra["parentSessionKey"] = text.RootElement.Clone();
        }

        return new SessionPatch
        {
            Label = new(true, Label ?? made.Label),
            DisplayName = new(true, DisplayName ?? made.DisplayName),
            Pinned = new(true, Pinned),
            Archived = new(true, Archived),
            Extra = extra,
        };
    }

    private static string? Text(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
        && value.GetString() is { Length: > 0 and <= 1000 } text ? text : null;

    private static long? Time(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number
        && value.TryGetDouble(out double ms) && ms is > 0 and < 4e12 ? (long)ms : null;
}
