using System.Text.Json;
using OpenClaw.Edge.Agents;
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

    /// <summary>Transcripts of the same key from before, the oldest first: their ids and records.</summary>
    public List<(string SessionId, long Records)> Older { get; } = [];

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

    private JsonElement Entry { get; init; }

    /// <summary>Never throws on what the entry holds: what is not as expected is left out.</summary>
    public static SessionFacts Read(string key, string? sessionId, string entry, long records, long packed)
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
            File = Text(json, "sessionFile"),
            CreatedAtMs = Time(json, "createdAt") ?? Time(json, "sessionStartedAt"),
            UpdatedAtMs = Time(json, "updatedAt"),
            InteractionAtMs = Time(json, "lastInteractionAt"),
            Label = Text(json, "label"),
            DisplayName = Text(json, "displayName"),
            Parent = Text(json, "parentSessionKey"),
            Pinned = Time(json, "pinnedAt") is not null,
            Archived = Time(json, "archivedAt") is not null,
            Entry = json,
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

        Keep(extra);
        return new SessionPatch
        {
            Label = new(true, Label ?? made.Label),
            DisplayName = new(true, DisplayName ?? made.DisplayName),
            Pinned = new(true, Pinned),
            Archived = new(true, Archived),
            ModelOverride = new(true, Model() ?? made.ModelOverride),
            ThinkLevel = new(true, Word("thinkingLevel", ChatCommands.IsLevel) ?? made.ThinkLevel),
            VerboseLevel = new(true, Word("verboseLevel", static word => word is "off" or "on" or "full") ?? made.VerboseLevel),
            ReasoningLevel = new(true, Word("reasoningLevel", static word => word is "off" or "on" or "stream") ?? made.ReasoningLevel),
            QueueMode = new(true, Word("queueMode", static word => word is "steer" or "followup" or "collect" or "interrupt") ?? made.QueueMode),
            Extra = extra,
        };
    }

    // A model that the original fell back to by itself is no choice of a person.
    private string? Model() =>
        Text(Entry, "modelOverride") is not { } model || Text(Entry, "modelOverrideSource") is "auto" or "default" ? null
        : Text(Entry, "providerOverride") is { } provider ? $"{provider}/{model}"
        : model;

    private string? Word(string name, Predicate<string> isKnown) =>
        Text(Entry, name)?.ToLowerInvariant() is { } word && isKnown(word) ? word : null;

    // Members that are kept as they are; whether commands leave the sandbox is not among them: a person says that here.
    private void Keep(Dictionary<string, JsonElement?> extra)
    {
        foreach (string name in (ReadOnlySpan<string>)["queueDebounceMs", "queueCap", "queueDrop", "category", "icon", "color", "responseUsage"])
        {
            if (Entry.ValueKind == JsonValueKind.Object && Entry.TryGetProperty(name, out JsonElement value)
                && value.ValueKind is JsonValueKind.String or JsonValueKind.Number && value.GetRawText().Length <= 1000)
            {
                extra[name] = value;
            }
        }
    }

    private static string? Text(JsonElement json, string name) =>
        ForeignText.Of(json, name) is { Length: > 0 and <= 1000 } text ? text : null;

    private static long? Time(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number
        && value.TryGetDouble(out double ms) && ms is > 0 and < 4e12 ? (long)ms : null;
}
