using System.Text.Json;
using OpenClaw.Edge.Protocol.Sse;

namespace OpenClaw.Edge.Protocol.OpenAi;

/// <summary>Reads one chunk of a chat completion, or a whole one (<c>message</c> in place of <c>delta</c>), with the
/// habits of the servers that speak this wire. Stateless.</summary>
/// <remarks>
/// <code>
/// {"id":…,"choices":[{"delta":{"content":…,"reasoning_content"|"reasoning":…,"tool_calls":[…]},"finish_reason":…}],
///  "usage":{…},"timings":{…}} or {"error":{…}}
/// </code>
/// </remarks>
public static class ChatChunkReader
{
    /// <summary>Adds a chunk to the draft. False: it is not JSON of this wire. Never throws on input.</summary>
    public static bool TryRead(ReadOnlySpan<byte> chunk, AnswerDraft draft) => WireObject.TryRead(chunk, draft, Member);

    private static void Member(ref Utf8JsonReader json, AnswerDraft draft)
    {
        if (json.ValueTextEquals("choices"u8))
        {
            json.Read();
            Choices(ref json, draft);
        }
        else if (json.ValueTextEquals("id"u8))
        {
            json.Read();
            if (draft.ResponseId is null)
            {
                draft.ResponseId = WireText.String(ref json);
            }
            else
            {
                json.Skip();
            }
        }
        else if (json.ValueTextEquals("usage"u8))
        {
            json.Read();
            UsageReader.Read(ref json, draft);
        }
        else if (json.ValueTextEquals("timings"u8))
        {
            json.Read();
            UsageReader.ReadTimings(ref json, draft);
        }
        else if (json.ValueTextEquals("error"u8))
        {
            json.Read();
            if (json.TokenType != JsonTokenType.Null)
            {
                WireText.Error(ref json, draft);
            }
        }
        else
        {
            WireObject.Pass(ref json);
        }
    }

    private static void Choices(ref Utf8JsonReader json, AnswerDraft draft)
    {
        if (json.TokenType != JsonTokenType.StartArray)
        {
            json.Skip();
            return;
        }

        while (json.Read() && json.TokenType == JsonTokenType.StartObject)
        {
            WireObject.Read(ref json, draft, Choice);
        }
    }

    private static void Choice(ref Utf8JsonReader json, AnswerDraft draft)
    {
        if (json.ValueTextEquals("delta"u8) || json.ValueTextEquals("message"u8))
        {
            json.Read();
            Delta(ref json, draft);
        }
        else if (json.ValueTextEquals("finish_reason"u8))
        {
            json.Read();
            draft.FinishReason = WireText.String(ref json) ?? draft.FinishReason;
        }
        else
        {
            WireObject.Pass(ref json);
        }
    }

    private static void Delta(ref Utf8JsonReader json, AnswerDraft draft)
    {
        if (json.TokenType != JsonTokenType.StartObject)
        {
            json.Skip();
            return;
        }

        bool reasoned = false;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("content"u8) || json.ValueTextEquals("refusal"u8))
            {
                json.Read();
                WireText.Content(ref json, draft, thinking: false);
            }
            else if (json.ValueTextEquals("reasoning_content"u8) || json.ValueTextEquals("reasoning"u8))
            {
                // Some servers send the same reasoning under both names.
                json.Read();
                if (!reasoned && json.TokenType == JsonTokenType.String)
                {
                    reasoned = json.ValueSpan.Length > 0;
                    draft.AppendThinking(json.ValueSpan);
                }
                else
                {
                    json.Skip();
                }
            }
            else if (json.ValueTextEquals("tool_calls"u8))
            {
                json.Read();
                ChatToolCallReader.Read(ref json, draft);
            }
            else
            {
                WireObject.Pass(ref json);
            }
        }
    }
}
