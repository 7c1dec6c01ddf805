using System.Text.Json;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Gateway;

/// <summary>Writes the member <c>activity</c> of histories: what became of the tool calls of each row. Absent without calls.</summary>
internal static class HistoryActivityJson
{
    /// <summary>Writes it.</summary>
    public static void Write(Utf8JsonWriter json, IReadOnlyList<TranscriptEntry> entries)
    {
        Dictionary<string, TranscriptEntry> results = new(StringComparer.Ordinal);
        foreach (TranscriptEntry entry in entries)
        {
            if (entry.Message.ToolCallId is { } callId)
            {
                results[callId] = entry;
            }
        }

        bool open = false;
        foreach (TranscriptEntry entry in entries)
        {
            List<(string Id, string Name)> calls = CallsOf(entry.Message);
            if (calls.Count == 0)
            {
                continue;
            }

            if (!open)
            {
                json.WriteStartArray("activity"u8);
                open = true;
            }

            WriteRow(json, entry.Id, calls, results);
        }

        if (open)
        {
            json.WriteEndArray();
        }
    }

    private static List<(string Id, string Name)> CallsOf(ChatMessage message)
    {
        if (message is { Role: "toolResult", ToolCallId: { } id, ToolName: { } tool })
        {
            return [(id, tool)];
        }

        List<(string, string)> calls = [];
        foreach (ContentPart part in message.Content.Parts ?? [])
        {
            if (part is { Type: "toolCall", Id: { } callId, Name: { } name })
            {
                calls.Add((callId, name));
            }
        }

        return calls;
    }

    private static void WriteRow(
        Utf8JsonWriter json,
        string messageId,
        List<(string Id, string Name)> calls,
        Dictionary<string, TranscriptEntry> results)
    {
        json.WriteStartObject();
        json.WriteString("messageId"u8, messageId);
        json.WriteStartArray("items"u8);
        foreach ((string id, string name) in calls)
        {
            bool ended = results.TryGetValue(id, out TranscriptEntry? result);
            json.WriteStartObject();
            json.WriteString("itemId"u8, $"tool:{id}");
            json.WriteString("toolCallId"u8, id);
            json.WriteString("name"u8, name);
            json.WriteString("kind"u8, "tool"u8);
            json.WriteString("phase"u8, ended ? "end"u8 : "start"u8);
            json.WriteString("title"u8, RunToolEvents.TitleOf(name));
            json.WriteString("status"u8, !ended ? "running"u8 : result!.Message.IsError == true ? "failed"u8 : "completed"u8);
            json.WriteBoolean("commandBearing"u8, RunToolEvents.IsCommand(name));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
