using System.Text.Json;
using OpenClaw.Edge.Protocol.Sse;

namespace OpenClaw.Edge.Protocol.Anthropic;

/// <summary>Reads one event of an Anthropic message stream. Stateless; events it does not know are passed by.</summary>
/// <remarks>
/// <code>
/// message_start {message{id,usage}} · content_block_start {index,content_block{type,id,name}}
/// content_block_delta {index,delta{text | thinking | partial_json | signature}} · content_block_stop · ping
/// message_delta {delta{stop_reason},usage{output_tokens}} · message_stop · error {error{type,message}}
/// </code>
/// Member names do not clash between events, so one reading serves all.
/// </remarks>
public static class MessageEventReader
{
    /// <summary>Adds an event to the draft. False: it is not JSON of this wire. Never throws on input.</summary>
    public static bool TryRead(ReadOnlySpan<byte> data, AnswerDraft draft)
    {
        try
        {
            var json = new Utf8JsonReader(data);
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }

            int index = Index(json);
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                if (json.ValueTextEquals("type"u8))
                {
                    json.Read();
                    draft.Done |= json.TokenType == JsonTokenType.String && json.ValueTextEquals("message_stop"u8);
                    json.Skip();
                }
                else if (json.ValueTextEquals("delta"u8))
                {
                    json.Read();
                    Delta(ref json, draft, index);
                }
                else if (json.ValueTextEquals("content_block"u8))
                {
                    json.Read();
                    Block(ref json, draft, index);
                }
                else if (json.ValueTextEquals("message"u8))
                {
                    json.Read();
                    Message(ref json, draft);
                }
                else if (json.ValueTextEquals("usage"u8))
                {
                    json.Read();
                    Usage(ref json, draft);
                }
                else if (json.ValueTextEquals("error"u8))
                {
                    json.Read();
                    WireText.Error(ref json, draft);
                }
                else
                {
                    json.Read();
                    json.Skip();
                }
            }

            return !json.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static int Index(Utf8JsonReader ahead)
    {
        while (ahead.Read() && ahead.TokenType == JsonTokenType.PropertyName)
        {
            bool isIndex = ahead.ValueTextEquals("index"u8);
            ahead.Read();
            if (isIndex)
            {
                return (int)(WireText.Long(ref ahead) ?? 0);
            }

            ahead.Skip();
        }

        return 0;
    }

    private static void Delta(ref Utf8JsonReader json, AnswerDraft draft, int index)
    {
        if (json.TokenType != JsonTokenType.StartObject)
        {
            json.Skip();
            return;
        }

        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("text"u8))
            {
                json.Read();
                WireText.Content(ref json, draft, thinking: false);
            }
            else if (json.ValueTextEquals("thinking"u8))
            {
                json.Read();
                WireText.Content(ref json, draft, thinking: true);
            }
            else if (json.ValueTextEquals("partial_json"u8))
            {
                json.Read();
                if (json.TokenType == JsonTokenType.String)
                {
                    (draft.FindCall(index) ?? draft.AddCall(index)).AppendEscaped(json.ValueSpan);
                }
            }
            else if (json.ValueTextEquals("stop_reason"u8))
            {
                json.Read();
                draft.FinishReason = WireText.String(ref json) ?? draft.FinishReason;
            }
            else
            {
                json.Read();
                json.Skip();
            }
        }
    }

    private static void Block(ref Utf8JsonReader json, AnswerDraft draft, int index)
    {
        if (json.TokenType != JsonTokenType.StartObject)
        {
            json.Skip();
            return;
        }

        string? type = null;
        string? id = null;
        string? name = null;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("type"u8))
            {
                json.Read();
                type = WireText.String(ref json);
            }
            else if (json.ValueTextEquals("id"u8))
            {
                json.Read();
                id = WireText.String(ref json);
            }
            else if (json.ValueTextEquals("name"u8))
            {
                json.Read();
                name = WireText.String(ref json);
            }
            else
            {
                json.Read();
                json.Skip();
            }
        }

        if (type == "tool_use")
        {
            ToolCallDraft call = draft.AddCall(index);
            call.Id = id;
            call.Name = name ?? "";
        }
    }

    private static void Message(ref Utf8JsonReader json, AnswerDraft draft)
    {
        if (json.TokenType != JsonTokenType.StartObject)
        {
            json.Skip();
            return;
        }

        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("id"u8))
            {
                json.Read();
                draft.ResponseId = WireText.String(ref json);
            }
            else if (json.ValueTextEquals("usage"u8))
            {
                json.Read();
                Usage(ref json, draft);
            }
            else
            {
                json.Read();
                json.Skip();
            }
        }
    }

    /// <summary>Anthropic counts cache reads and writes apart from <c>input_tokens</c>; the draft counts them in.</summary>
    private static void Usage(ref Utf8JsonReader json, AnswerDraft draft)
    {
        if (json.TokenType != JsonTokenType.StartObject)
        {
            json.Skip();
            return;
        }

        long? input = null;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            bool isInput = json.ValueTextEquals("input_tokens"u8);
            bool isOutput = json.ValueTextEquals("output_tokens"u8);
            bool isRead = json.ValueTextEquals("cache_read_input_tokens"u8);
            bool isWrite = json.ValueTextEquals("cache_creation_input_tokens"u8);
            json.Read();
            long? value = WireText.Long(ref json);
            input = isInput ? value : input;
            draft.OutputTokens = isOutput ? value : draft.OutputTokens;
            draft.CacheReadTokens = isRead ? value ?? 0 : draft.CacheReadTokens;
            draft.CacheWriteTokens = isWrite ? value ?? 0 : draft.CacheWriteTokens;
        }

        if (input is { } fresh)
        {
            draft.PromptTokens = fresh + draft.CacheReadTokens + draft.CacheWriteTokens;
        }
    }
}
