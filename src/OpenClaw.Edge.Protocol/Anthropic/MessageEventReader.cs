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
        draft.Block = -1;
        return WireObject.TryRead(data, draft, Member);
    }

    private static void Member(ref Utf8JsonReader json, AnswerDraft draft)
    {
        if (json.ValueTextEquals("type"u8))
        {
            json.Read();
            draft.Done |= json.TokenType == JsonTokenType.String && json.ValueTextEquals("message_stop"u8);
            json.Skip();
        }
        else if (json.ValueTextEquals("index"u8))
        {
            json.Read();
            draft.Block = (int)(WireText.Long(ref json) ?? 0);
        }
        else if (json.ValueTextEquals("delta"u8))
        {
            FindIndex(json, draft);
            json.Read();
            WireObject.Read(ref json, draft, Delta);
        }
        else if (json.ValueTextEquals("content_block"u8))
        {
            FindIndex(json, draft);
            json.Read();
            Block(ref json, draft);
        }
        else if (json.ValueTextEquals("message"u8))
        {
            json.Read();
            WireObject.Read(ref json, draft, Message);
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
            WireObject.Pass(ref json);
        }
    }

    // The index comes before what it is the index of; a server may write it behind.
    private static void FindIndex(Utf8JsonReader ahead, AnswerDraft draft)
    {
        while (draft.Block < 0)
        {
            bool isIndex = ahead.ValueTextEquals("index"u8);
            ahead.Read();
            draft.Block = isIndex ? (int)(WireText.Long(ref ahead) ?? 0) : -1;
            ahead.Skip();
            if (!ahead.Read() || ahead.TokenType != JsonTokenType.PropertyName)
            {
                draft.Block = Math.Max(0, draft.Block);
            }
        }
    }

    private static void Delta(ref Utf8JsonReader json, AnswerDraft draft)
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
                (draft.FindCall(draft.Block) ?? draft.AddCall(draft.Block)).AppendEscaped(json.ValueSpan);
            }

            json.Skip();
        }
        else if (json.ValueTextEquals("stop_reason"u8))
        {
            json.Read();
            draft.FinishReason = WireText.String(ref json) ?? draft.FinishReason;
        }
        else
        {
            WireObject.Pass(ref json);
        }
    }

    private static void Block(ref Utf8JsonReader json, AnswerDraft draft)
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
                WireObject.Pass(ref json);
            }
        }

        if (type == "tool_use")
        {
            ToolCallDraft call = draft.AddCall(draft.Block);
            call.Id = id;
            call.Name = name ?? "";
        }
    }

    private static void Message(ref Utf8JsonReader json, AnswerDraft draft)
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
            WireObject.Pass(ref json);
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
