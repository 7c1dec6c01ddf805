using System.Globalization;
using System.Text.Json;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Http;

/// <summary>Writes transcripts as <c>/sessions/&lt;key&gt;/history</c> carries them.</summary>
internal static class SessionHistoryJson
{
    /// <summary>A page: its rows twice, as <c>items</c> and <c>messages</c>.</summary>
    public static void WritePage(Utf8JsonWriter json, SessionKey key, TranscriptPage page)
    {
        json.WriteStartObject();
        json.WriteString("sessionKey"u8, key.Text);
        foreach (string name in (ReadOnlySpan<string>)["items", "messages"])
        {
            json.WriteStartArray(name);
            foreach (TranscriptEntry entry in page.Entries)
            {
                WriteRow(json, entry);
            }

            json.WriteEndArray();
        }

        json.WriteBoolean("hasMore"u8, page.HasMore);
        if (page.HasMore && page.Entries.Count > 0)
        {
            json.WriteString("nextCursor"u8, page.Entries[0].Seq.ToString(CultureInfo.InvariantCulture));
        }

        json.WriteEndObject();
    }

    /// <summary>A row that came.</summary>
    public static void WriteMessage(Utf8JsonWriter json, SessionKey key, TranscriptEntry entry)
    {
        json.WriteStartObject();
        json.WriteString("sessionKey"u8, key.Text);
        json.WritePropertyName("message"u8);
        WriteRow(json, entry);
        json.WriteString("messageId"u8, entry.Id);
        json.WriteNumber("messageSeq"u8, entry.Seq);
        json.WriteEndObject();
    }

    private static void WriteRow(Utf8JsonWriter json, TranscriptEntry entry)
    {
        using JsonDocument message = JsonSerializer.SerializeToDocument(entry.Message, TranscriptJson.Default.ChatMessage);
        json.WriteStartObject();
        foreach (JsonProperty property in message.RootElement.EnumerateObject())
        {
            property.WriteTo(json);
        }

        json.WriteStartObject("__openclaw"u8);
        if (entry.Kind != TranscriptEntryKind.Message)
        {
            json.WriteString("kind"u8, entry.Kind == TranscriptEntryKind.Reset ? "reset"u8 : "compaction"u8);
        }

        if (entry.RunId is not null)
        {
            json.WriteString("runId"u8, entry.RunId);
        }

        json.WriteString("id"u8, entry.Id);
        json.WriteNumber("recordTimestampMs"u8, entry.Message.Timestamp);
        json.WriteNumber("seq"u8, entry.Seq);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
