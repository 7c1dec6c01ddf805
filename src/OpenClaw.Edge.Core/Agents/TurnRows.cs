using System.Text.Json;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Agents;

/// <summary>Transcript rows that a turn writes. Source: docs/protocol.md, transcript records.</summary>
internal static class TurnRows
{
    /// <summary>The user's message.</summary>
    public static TranscriptEntry User(RunRequest request, long nowMs)
    {
        MessageContent content = request.Images.Count == 0
            ? MessageContent.Of(request.Message)
            : MessageContent.Of(
            [
                ContentPart.OfText(request.Message),
                .. request.Images.Select(
                    image => new ContentPart { Type = "image", Data = image.Base64, MimeType = image.MimeType }),
            ]);
        return Row(request.RunId, new ChatMessage
        {
            Role = "user",
            Content = content,
            Timestamp = nowMs,
            IdempotencyKey = request.RunId + ":user",
            Mark = request is { Source: "chat", Client: { } client } ? new MessageMark(new MessageTransport([client])) : null,
            Provenance = request.Origin is { } origin ? new MessageProvenance("internal_system", origin) : null,
        });
    }

    /// <summary>The answer, or the part of it that was there when the run ended; null when that is nothing.</summary>
    public static TranscriptEntry? Assistant(
        Turn turn, string stopReason, IReadOnlyList<ToolCall> calls, long nowMs, string? keySuffix, AbortMark? abort = null)
    {
        string thinking = turn.Publisher.MessageThinking;
        string text = turn.Publisher.MessageText;
        List<ContentPart> parts = [];
        if (thinking.Length > 0)
        {
            parts.Add(ContentPart.OfThinking(thinking));
        }

        if (text.Length > 0)
        {
            parts.Add(ContentPart.OfText(text));
        }

        parts.AddRange(calls.Select(call => ContentPart.OfToolCall(call.Id, call.Name, Arguments(call.ArgumentsJson))));
        if (parts.Count == 0)
        {
            return null;
        }

        return Row(turn.Active.Run.Id, Answer(turn, stopReason, nowMs, keySuffix) with
        {
            Content = MessageContent.Of(parts),
            Abort = abort,
        });
    }

    /// <summary>An answer that had no words for the user: what was thought is kept, and what it cost.</summary>
    public static TranscriptEntry WithoutWords(Turn turn, long nowMs) =>
        Assistant(turn, "stop", [], nowMs, null)
        ?? Row(turn.Active.Run.Id, Answer(turn, "stop", nowMs, null) with { Content = MessageContent.Of(Array.Empty<ContentPart>()) });

    /// <summary>What is left of a run that failed: the text so far and what went wrong.</summary>
    public static TranscriptEntry Failed(Turn turn, string error, long nowMs)
    {
        string text = turn.Publisher.MessageText;
        return Row(turn.Active.Run.Id, Answer(turn, "error", nowMs, ":terminal-error") with
        {
            Content = MessageContent.Of(text.Length == 0 ? Array.Empty<ContentPart>() : [ContentPart.OfText(text)]),
            ErrorMessage = error,
        });
    }

    /// <summary>What a tool answered.</summary>
    public static TranscriptEntry ToolResult(string runId, ToolCall call, ToolResult result, long nowMs) =>
        Row(runId, new ChatMessage
        {
            Role = "toolResult",
            ToolCallId = call.Id,
            ToolName = call.Name,
            Content = MessageContent.Of([ContentPart.OfText(result.Text)]),
            Details = result.Details,
            IsError = result.IsError,
            Timestamp = nowMs,
        });

    /// <summary>Arguments as an object; what is not one is kept as text, so that the row can be written.</summary>
    public static JsonElement Arguments(string json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(string.IsNullOrWhiteSpace(json) ? "{}" : json);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document.RootElement.Clone();
            }
        }
        catch (JsonException)
        {
            // falls through: the model wrote something else
        }

        return ToolJson.Object(writer => writer.WriteString("malformed", json));
    }

    private static ChatMessage Answer(Turn turn, string stopReason, long nowMs, string? keySuffix) => new()
    {
        Role = "assistant",
        Content = MessageContent.Of(""),
        Api = turn.Api,
        Provider = turn.Provider,
        Model = turn.Model,
        Usage = turn.LastUsage,
        StopReason = stopReason,
        Timestamp = nowMs,
        IdempotencyKey = keySuffix is null ? null : turn.Active.Run.Id + keySuffix,
        ResponseId = turn.Finish?.ResponseId,
    };

    private static TranscriptEntry Row(string runId, ChatMessage message) => new()
    {
        Id = Guid.NewGuid().ToString(),
        Kind = TranscriptEntryKind.Message,
        Message = message,
        RunId = runId,
    };
}
