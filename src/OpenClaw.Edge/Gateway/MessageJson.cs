using System.Text.Json;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Gateway;

/// <summary>Writes transcript rows as <c>chat.history</c> and <c>session.message</c> carry them.</summary>
internal static class MessageJson
{
    /// <summary>Writes the message with its <c>__openclaw</c> member.</summary>
    public static void Write(Utf8JsonWriter json, TranscriptEntry entry)
    {
        using JsonDocument message = JsonSerializer.SerializeToDocument(entry.Message, TranscriptJson.Default.ChatMessage);
        json.WriteStartObject();
        foreach (JsonProperty property in message.RootElement.EnumerateObject())
        {
            property.WriteTo(json);
        }

        json.WriteStartObject("__openclaw"u8);
        if (entry.Kind == TranscriptEntryKind.Reset)
        {
            json.WriteString("kind"u8, "reset"u8);
        }
        else if (entry.Kind == TranscriptEntryKind.Compaction)
        {
            json.WriteString("kind"u8, "compaction"u8);
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

    /// <summary>Writes an assistant message of plain text, as <c>chat</c> events carry it.</summary>
    public static void WriteAssistant(Utf8JsonWriter json, string text, long timestampMs)
    {
        json.WriteStartObject("message"u8);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteStartArray("content"u8);
        json.WriteStartObject();
        json.WriteString("type"u8, "text"u8);
        json.WriteString("text"u8, text);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteNumber("timestamp"u8, timestampMs);
        json.WriteEndObject();
    }
}
