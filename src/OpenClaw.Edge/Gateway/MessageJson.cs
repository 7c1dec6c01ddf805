using System.Text.Json;
using OpenClaw.Edge.Automation;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Gateway;

/// <summary>Writes transcript rows as <c>chat.history</c> and <c>session.message</c> carry them.</summary>
internal static class MessageJson
{
    // As the transcript of the original has it, and its chat.history has not: what filled the window, and that Ollama says nothing of its cache.
    private static void WriteUsage(Utf8JsonWriter json, JsonElement stored, MessageUsage usage)
    {
        json.WriteStartObject("usage"u8);
        foreach (JsonProperty member in stored.EnumerateObject())
        {
            member.WriteTo(json);
        }

        json.WriteStartObject("cacheTelemetry"u8);
        json.WriteString("state"u8, "unavailable"u8);
        json.WriteEndObject();
        json.WriteStartObject("contextUsage"u8);
        json.WriteString("state"u8, "available"u8);
        json.WriteNumber("promptTokens"u8, usage.Input);
        json.WriteNumber("totalTokens"u8, usage.TotalTokens);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>Writes the message with its <c>__openclaw</c> member.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="entry">The stored row.</param>
    /// <param name="source">Name of the transcript that the row's position counts in: the session's revision; null leaves the position out.</param>
    /// <param name="transport">Whether to tell through what it came.</param>
    /// <param name="boundary">Whether it begins a turn whose question is hidden.</param>
    public static void Write(Utf8JsonWriter json, TranscriptEntry entry, string? source = null, bool transport = true, bool boundary = false)
    {
        ChatMessage shown = Shown(entry.Message);
        using JsonDocument message = JsonSerializer.SerializeToDocument(shown, TranscriptJson.Default.ChatMessage);
        json.WriteStartObject();
        foreach (JsonProperty property in message.RootElement.EnumerateObject())
        {
            if (!transport && shown.Api == "ollama" && shown.Usage is { TotalTokens: > 0 } usage && property.NameEquals("usage"u8))
            {
                WriteUsage(json, property.Value, usage);
            }
            else if (!property.NameEquals("__openclaw"u8))
            {
                property.WriteTo(json);
            }
        }

        json.WriteStartObject("__openclaw"u8);
        WriteMark(json, entry, transport);
        json.WriteString("id"u8, entry.Id);
        if (shown.IdempotencyKey is { } key)
        {
            json.WriteString("idempotencyKey"u8, key);
        }

        if (entry.Kind != TranscriptEntryKind.Reset)
        {
            json.WriteNumber("recordTimestampMs"u8, entry.Message.Timestamp);
        }

        if (source is not null)
        {
            json.WriteStartObject("transcriptPosition"u8);
            json.WriteString("source"u8, source);
            json.WriteNumber("rawSeq"u8, entry.Seq);
            json.WriteEndObject();
        }

        json.WriteNumber("seq"u8, entry.Seq);
        if (boundary)
        {
            json.WriteBoolean("turnBoundary"u8, true);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>Writes a message that has no place in the history yet.</summary>
    public static void WriteWaiting(Utf8JsonWriter json, TranscriptEntry entry)
    {
        using JsonDocument message = JsonSerializer.SerializeToDocument(Shown(entry.Message), TranscriptJson.Default.ChatMessage);
        json.WriteStartObject();
        foreach (JsonProperty property in message.RootElement.EnumerateObject())
        {
            if (!property.NameEquals("__openclaw"u8) && !property.NameEquals("idempotencyKey"u8))
            {
                property.WriteTo(json);
            }
        }

        json.WriteStartObject("__openclaw"u8);
        WriteMark(json, entry, transport: true);
        json.WriteString("id"u8, $"pending:{entry.Id}");
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>Whether the row is the gateway's own question to the agent, which nobody is shown.</summary>
    public static bool IsHidden(TranscriptEntry entry) =>
        entry.Message is { Role: "user", Provenance: not null } message && HeartbeatPlan.IsMarker(message.Content.PlainText);

    private static void WriteMark(Utf8JsonWriter json, TranscriptEntry entry, bool transport)
    {
        if (entry.Kind == TranscriptEntryKind.Reset)
        {
            json.WriteString("kind"u8, "reset"u8);
        }
        else if (entry.Kind == TranscriptEntryKind.Compaction)
        {
            json.WriteString("kind"u8, "compaction"u8);
        }

        if (entry.Message.ExcludeFromContext == true)
        {
            json.WriteBoolean("contextFreeCommand"u8, true);
        }

        if (entry.Message.Role == "user")
        {
            json.WriteBoolean("senderIsOwner"u8, true);
            WriteTransport(json, transport ? entry.Message.Mark?.Transport : null);
        }
        else if (entry.RunId is not null)
        {
            json.WriteString("runId"u8, entry.RunId);
        }
    }

    private static void WriteTransport(Utf8JsonWriter json, MessageTransport? transport)
    {
        if (transport?.Clients is not { Count: > 0 } clients)
        {
            return;
        }

        json.WriteStartObject("transport"u8);
        json.WriteStartArray("clients"u8);
        foreach (TransportClient client in clients)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, client.Id);
            json.WriteString("mode"u8, client.Mode);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    // What a client draws: a failure is told by the text of its row, an answer that was cut off is one, and only rows that a client may
    // look for by key show theirs.
    private static ChatMessage Shown(ChatMessage message)
    {
        if (message.Role != "assistant")
        {
            return message;
        }

        if (message is { StopReason: "error", ErrorMessage: { } error })
        {
            string warning = $"⚠️ {error}";
            MessageContent content = message.Content.Parts is { Count: > 0 } parts
                ? MessageContent.Of([.. parts, ContentPart.OfText(warning)])
                : MessageContent.Of([ContentPart.OfText(warning)]);
            return message with { Content = content, ErrorMessage = null };
        }

        if (message.Abort is not null)
        {
            return message with { StopReason = "stop" };
        }

        return message.IdempotencyKey is { } key && key.EndsWith(":assistant", StringComparison.Ordinal)
            ? message with { IdempotencyKey = null }
            : message;
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
