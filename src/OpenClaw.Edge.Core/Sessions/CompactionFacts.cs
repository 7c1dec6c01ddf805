using System.Text.Json;

namespace OpenClaw.Edge.Sessions;

/// <summary>What a compaction row says besides its summary, kept in the row's details. Source: docs/protocol.md, transcript records.</summary>
public static class CompactionFacts
{
    /// <summary>The details of a row.</summary>
    /// <param name="firstKeptEntryId">First row before the summary that stays as it is; null when none does.</param>
    /// <param name="tokensBefore">Estimated tokens of the history before.</param>
    /// <param name="tokensAfter">And after.</param>
    /// <param name="byModel">Whether a model wrote the summary; else it was put together from the messages.</param>
    public static JsonElement Details(string? firstKeptEntryId, long tokensBefore, long tokensAfter, bool byModel)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream))
        {
            json.WriteStartObject();
            if (firstKeptEntryId is not null)
            {
                json.WriteString("firstKeptEntryId"u8, firstKeptEntryId);
            }

            json.WriteNumber("tokensBefore"u8, tokensBefore);
            json.WriteNumber("tokensAfter"u8, tokensAfter);
            json.WriteBoolean("byModel"u8, byModel);
            json.WriteEndObject();
        }

        using JsonDocument document = JsonDocument.Parse(stream.ToArray());
        return document.RootElement.Clone();
    }

    /// <summary>The first row that stays; null when the summary stands for everything before it.</summary>
    public static string? FirstKeptEntryId(TranscriptEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return entry.Message.Details is { ValueKind: JsonValueKind.Object } details
            && details.TryGetProperty("firstKeptEntryId"u8, out JsonElement id) && id.ValueKind == JsonValueKind.String
            ? id.GetString()
            : null;
    }

    /// <summary>Estimated tokens before; 0 when unknown.</summary>
    public static long TokensBefore(TranscriptEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return entry.Message.Details is { ValueKind: JsonValueKind.Object } details
            && details.TryGetProperty("tokensBefore"u8, out JsonElement tokens) && tokens.TryGetInt64(out long count)
            ? count
            : entry.Message.Usage?.TotalTokens ?? 0;
    }
}
