using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using OpenClaw.Edge.Protocol.Gateway;

namespace OpenClaw.Edge.Sessions;

/// <summary>One line of a transcript file.</summary>
internal sealed record TranscriptRecord
{
    private const long LatestMs = 253_402_300_799_999; // the end of the year 9999: what is later is no time in milliseconds

    /// <summary><c>session</c>, <c>message</c>, <c>compaction</c>, <c>reset</c>, or a kind that is not kept.</summary>
    public required string Type { get; init; }

    /// <summary>The record's id; for <c>session</c> the session's.</summary>
    public required string Id { get; init; }

    /// <summary>Whether the line names its parent, be it null.</summary>
    public bool HasParent { get; init; }

    /// <summary>The record it hangs on.</summary>
    public string? ParentId { get; init; }

    /// <summary>The record that a <c>leaf</c> record makes the end of the active branch; empty when the branch is to begin anew.</summary>
    public string? TargetId { get; init; }

    /// <summary>The row it becomes; null for kinds that are not kept.</summary>
    public TranscriptEntry? Entry { get; init; }

    /// <summary>Reads a line. Never throws on input.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> utf8, [NotNullWhen(true)] out TranscriptRecord? record, [NotNullWhen(false)] out string? problem)
    {
        record = null;
        problem = null;
        try
        {
            using JsonDocument document = JsonDocument.Parse(utf8);
            JsonElement json = document.RootElement;
            if (json.ValueKind != JsonValueKind.Object || Text(json, "type") is not string type)
            {
                problem = "no record: it has no \"type\"";
                return false;
            }

            if (Text(json, "id") is not string id)
            {
                problem = "no record: it has no \"id\"";
                return false;
            }

            record = new TranscriptRecord
            {
                Type = type,
                Id = id,
                HasParent = json.TryGetProperty("parentId", out _),
                ParentId = Text(json, "parentId"),
                TargetId = type != "leaf" ? null
                    : json.TryGetProperty("targetId", out JsonElement target) && target.ValueKind == JsonValueKind.Null ? ""
                    : Text(json, "targetId") ?? Text(json, "parentId"),
                Entry = EntryOf(json, type, id),
            };
            return true;
        }
        catch (Exception cause) when (cause is JsonException or InvalidOperationException or FormatException)
        {
            problem = cause.Message;
            return false;
        }
    }

    private static TranscriptEntry? EntryOf(JsonElement json, string type, string id)
    {
        switch (type)
        {
            case "message" when json.TryGetProperty("message", out JsonElement message):
                return new TranscriptEntry
                {
                    Id = id,
                    Kind = TranscriptEntryKind.Message,
                    Message = MessageOf(message, TimeOf(json)),
                };
            case "compaction":
                return new TranscriptEntry
                {
                    Id = id,
                    Kind = TranscriptEntryKind.Compaction,
                    Message = new ChatMessage
                    {
                        Role = "system",
                        Content = MessageContent.Of([ContentPart.OfText(Text(json, "summary") ?? "")]),
                        Details = CompactionFacts.Details(Text(json, "firstKeptEntryId"), CountOf(json, "tokensBefore"), 0, byModel: true),
                        Timestamp = TimeOf(json),
                    },
                };
            case "reset":
                return new TranscriptEntry
                {
                    Id = id,
                    Kind = TranscriptEntryKind.Reset,
                    Reason = Text(json, "reason") ?? "reset",
                    Message = new ChatMessage { Role = "system", Content = MessageContent.Of("Reset"), Timestamp = TimeOf(json) },
                };
            default:
                return null;
        }
    }

    private static ChatMessage MessageOf(JsonElement json, long recordTimeMs)
    {
        ChatMessage message = json.Deserialize(TranscriptJson.Default.ChatMessage) ?? throw new JsonException("\"message\" is null");
        return message.Timestamp is > 0 and <= LatestMs ? message : message with { Timestamp = recordTimeMs };
    }

    private static long TimeOf(JsonElement json) =>
        Text(json, "timestamp") is string iso
        && DateTimeOffset.TryParse(iso, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            ? time.ToUnixTimeMilliseconds()
            : 0;

    private static long CountOf(JsonElement json, string name) =>
        json.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long count) ? count : 0;

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
