using System.Text.Json;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Providers;

namespace OpenClaw.Edge.Http;

/// <summary>A response object of <c>/v1/responses</c>, in progress or ended.</summary>
internal sealed record ResponsesAnswer
{
    /// <summary><c>resp_…</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Id of its message item, <c>msg_…</c>.</summary>
    public required string MessageId { get; init; }

    /// <summary>Epoch seconds.</summary>
    public required long CreatedSeconds { get; init; }

    /// <summary>The request's <c>model</c>.</summary>
    public required string Model { get; init; }

    /// <summary><c>in_progress</c>, <c>completed</c>, <c>incomplete</c> or <c>failed</c>.</summary>
    public string Status { get; init; } = "in_progress";

    /// <summary>The text; null for no message item.</summary>
    public string? Text { get; init; }

    /// <summary>Calls for the caller to run.</summary>
    public IReadOnlyList<ToolCall> ToolCalls { get; init; } = [];

    /// <summary>Tokens.</summary>
    public MessageUsage Usage { get; init; } = new();

    /// <summary>Why it failed; null when it did not.</summary>
    public FailureAnswer? Failure { get; init; }

    /// <summary>The same answer with what the run made of it.</summary>
    public ResponsesAnswer Ended(RunResult result, FailureAnswer? failure)
    {
        bool cut = result.StopReason == "length" || result.Status == RunStatus.Aborted;
        bool text = failure is null && (result.Text.Length > 0 || result.ClientToolCalls.Count == 0);
        return this with
        {
            Status = failure is not null ? "failed" : cut ? "incomplete" : "completed",
            Text = text ? (result.Text.Length > 0 ? result.Text : ChatAnswer.EmptyText) : null,
            ToolCalls = failure is null ? result.ClientToolCalls : [],
            Usage = result.Usage,
            Failure = failure,
        };
    }

    /// <summary>Writes the object.</summary>
    public static void Write(Utf8JsonWriter json, ResponsesAnswer answer)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, answer.Id);
        json.WriteString("object"u8, "response"u8);
        json.WriteNumber("created_at"u8, answer.CreatedSeconds);
        json.WriteString("status"u8, answer.Status);
        json.WriteString("model"u8, answer.Model);
        json.WriteStartArray("output"u8);
        if (answer.Text is { } text)
        {
            WriteMessage(json, answer.MessageId, text, answer.Status == "incomplete" ? "incomplete" : "completed");
        }

        foreach (ToolCall call in answer.ToolCalls)
        {
            WriteCall(json, call, call.ArgumentsJson, null);
        }

        json.WriteEndArray();
        WriteUsage(json, answer.Usage);
        if (answer.Failure is { } failure)
        {
            json.WriteStartObject("error"u8);
            json.WriteString("code"u8, failure.Type);
            json.WriteString("message"u8, failure.Message);
            json.WriteEndObject();
        }
        else if (answer.Status == "incomplete")
        {
            json.WriteStartObject("incomplete_details"u8);
            json.WriteString("reason"u8, "max_output_tokens"u8);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    /// <summary>Writes a message item; without <paramref name="text"/> one that has just begun.</summary>
    public static void WriteMessage(Utf8JsonWriter json, string id, string? text, string status)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "message"u8);
        json.WriteString("id"u8, id);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteStartArray("content"u8);
        if (text is not null)
        {
            WriteTextPart(json, text);
        }

        json.WriteEndArray();
        if (text is not null)
        {
            json.WriteString("phase"u8, "final_answer"u8);
        }

        json.WriteString("status"u8, status);
        json.WriteEndObject();
    }

    /// <summary>Writes a text part.</summary>
    public static void WriteTextPart(Utf8JsonWriter json, string text)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "output_text"u8);
        json.WriteString("text"u8, text);
        json.WriteEndObject();
    }

    /// <summary>Writes a call item.</summary>
    public static void WriteCall(Utf8JsonWriter json, ToolCall call, string arguments, string? status)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "function_call"u8);
        json.WriteString("id"u8, CallItemId(call));
        json.WriteString("call_id"u8, call.Id);
        json.WriteString("name"u8, call.Name);
        json.WriteString("arguments"u8, arguments);
        if (status is not null)
        {
            json.WriteString("status"u8, status);
        }

        json.WriteEndObject();
    }

    /// <summary>Id of a call's item; its <c>call_id</c> is what results name.</summary>
    public static string CallItemId(ToolCall call) =>
        call.Id.StartsWith("call_", StringComparison.Ordinal) ? call.Id : $"call_{call.Id}";

    private static void WriteUsage(Utf8JsonWriter json, MessageUsage usage)
    {
        long input = ChatAnswer.PromptTokens(usage);
        json.WriteStartObject("usage"u8);
        json.WriteNumber("input_tokens"u8, input);
        json.WriteStartObject("input_tokens_details"u8);
        json.WriteNumber("cached_tokens"u8, usage.CacheRead);
        json.WriteNumber("cache_write_tokens"u8, usage.CacheWrite);
        json.WriteEndObject();
        json.WriteNumber("output_tokens"u8, usage.Output);
        json.WriteStartObject("output_tokens_details"u8);
        json.WriteNumber("reasoning_tokens"u8, 0);
        json.WriteEndObject();
        json.WriteNumber("total_tokens"u8, input + usage.Output);
        json.WriteEndObject();
    }
}
