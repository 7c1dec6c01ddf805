using System.Text.Json;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Gateway;

/// <summary>Writes what a history tells of messages that wait for their turn. Source: docs/protocol.md, chat.</summary>
internal static class WaitingInputJson
{
    private const int MaxItems = 20; // of one answer

    /// <summary>Writes <c>pendingInputs</c>, and <c>inputReceipts</c> and <c>inputConsumptions</c> for who asks about runs.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="waiting">The messages, oldest first.</param>
    /// <param name="before">Only those before this place, counted from 1; null for all.</param>
    /// <param name="runIds">Runs that are asked about; null for none.</param>
    public static void Write(Utf8JsonWriter json, IReadOnlyList<TranscriptEntry> waiting, long? before, HashSet<string>? runIds)
    {
        int end = (int)Math.Clamp((before ?? long.MaxValue) - 1, 0, waiting.Count);
        int first = Math.Max(0, end - MaxItems);
        json.WriteStartObject("pendingInputs"u8);
        json.WriteStartArray("items"u8);
        for (int i = first; i < end; i++)
        {
            TranscriptEntry entry = waiting[i];
            json.WriteStartObject();
            json.WriteString("id"u8, entry.Id);
            json.WriteNumber("acceptedAt"u8, entry.Message.Timestamp);
            json.WriteString("state"u8, "queued"u8);
            json.WritePropertyName("message"u8);
            MessageJson.WriteWaiting(json, entry);
            json.WriteString("runId"u8, entry.RunId);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("total"u8, waiting.Count);
        if (first > 0)
        {
            json.WriteNumber("nextBefore"u8, first + 1);
        }

        json.WriteEndObject();
        if (runIds is null)
        {
            return;
        }

        json.WriteStartArray("inputReceipts"u8);
        foreach (TranscriptEntry entry in waiting)
        {
            if (entry.RunId is { } runId && runIds.Contains(runId))
            {
                json.WriteStartObject();
                json.WriteString("runId"u8, runId);
                json.WriteString("state"u8, "pending"u8);
                json.WriteEndObject();
            }
        }

        json.WriteEndArray();
        json.WriteStartArray("inputConsumptions"u8); // each message keeps a row of its own
        json.WriteEndArray();
    }
}
