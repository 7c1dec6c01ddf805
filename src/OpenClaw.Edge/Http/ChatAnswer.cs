using System.Text.Json;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Providers;

namespace OpenClaw.Edge.Http;

/// <summary>A whole chat completion, as one JSON object.</summary>
internal sealed record ChatAnswer
{
    /// <summary>What the original says instead of nothing.</summary>
    public const string EmptyText = "No response from OpenClaw.";

    /// <summary><c>chatcmpl_…</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Epoch seconds.</summary>
    public required long CreatedSeconds { get; init; }

    /// <summary>The request's <c>model</c>.</summary>
    public required string Model { get; init; }

    /// <summary>The text.</summary>
    public required string Text { get; init; }

    /// <summary>Reasoning; not written when empty.</summary>
    public string Reasoning { get; init; } = "";

    /// <summary>Calls for the caller to run.</summary>
    public IReadOnlyList<ToolCall> ToolCalls { get; init; } = [];

    /// <summary><c>stop</c>, <c>length</c> or <c>tool_calls</c>.</summary>
    public required string FinishReason { get; init; }

    /// <summary>Tokens.</summary>
    public required MessageUsage Usage { get; init; }

    /// <summary>All tokens that the model read, cached or not.</summary>
    public static long PromptTokens(MessageUsage usage) => usage.Input + usage.CacheRead + usage.CacheWrite;

    /// <summary>A stop reason of ours in OpenAI's word.</summary>
    public static string FinishReasonOf(string stopReason, int toolCalls) => stopReason switch
    {
        _ when toolCalls > 0 => "tool_calls",
        "length" => "length",
        _ => "stop",
    };

    /// <summary>Writes the object.</summary>
    public static void Write(Utf8JsonWriter json, ChatAnswer answer)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, answer.Id);
        json.WriteString("object"u8, "chat.completion"u8);
        json.WriteNumber("created"u8, answer.CreatedSeconds);
        json.WriteString("model"u8, answer.Model);
        json.WriteStartArray("choices"u8);
        json.WriteStartObject();
        json.WriteNumber("index"u8, 0);
        json.WriteStartObject("message"u8);
        json.WriteString("role"u8, "assistant"u8);
        WriteContent(json, answer);
        json.WriteEndObject();
        json.WriteString("finish_reason"u8, answer.FinishReason);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteStartObject("usage"u8);
        json.WriteNumber("prompt_tokens"u8, PromptTokens(answer.Usage));
        json.WriteNumber("completion_tokens"u8, answer.Usage.Output);
        json.WriteNumber("total_tokens"u8, PromptTokens(answer.Usage) + answer.Usage.Output);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteContent(Utf8JsonWriter json, ChatAnswer answer)
    {
        if (answer.ToolCalls.Count > 0 && answer.Text.Length == 0)
        {
            json.WriteNull("content"u8); // OpenAI's clients take null for "calls only", and the member must be there
        }
        else
        {
            json.WriteString("content"u8, answer.Text.Length == 0 ? EmptyText : answer.Text);
        }

        if (answer.Reasoning.Length > 0)
        {
            json.WriteString("reasoning_content"u8, answer.Reasoning);
        }

        if (answer.ToolCalls.Count == 0)
        {
            return;
        }

        ToolCall.WriteList(json, answer.ToolCalls);
    }
}
