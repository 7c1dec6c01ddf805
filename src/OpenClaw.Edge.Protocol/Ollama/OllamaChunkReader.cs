using System.Text.Json;
using OpenClaw.Edge.Protocol.Sse;

namespace OpenClaw.Edge.Protocol.Ollama;

/// <summary>Reads one line of an <c>/api/chat</c> answer, streamed or whole. Stateless.</summary>
/// <remarks>
/// <code>
/// {"model":…,"message":{"role":"assistant","content":…,"thinking":…,
///   "tool_calls":[{"id":…,"function":{"index":…,"name":…,"arguments":{…} or "…"}}]},
///  "done":…,"done_reason":…,"prompt_eval_count":…,"eval_count":…} or {"error":…}
/// </code>
/// Tool calls come in any line; arguments are an object, or a string that holds one.
/// </remarks>
public static class OllamaChunkReader
{
    /// <summary>Adds a line to the draft. False: it is not JSON of this wire. Never throws on input.</summary>
    public static bool TryRead(ReadOnlySpan<byte> line, AnswerDraft draft) => WireObject.TryRead(line, draft, Member);

    private static void Member(ref Utf8JsonReader json, AnswerDraft draft)
    {
        if (json.ValueTextEquals("message"u8))
        {
            json.Read();
            WireObject.Read(ref json, draft, Message);
        }
        else if (json.ValueTextEquals("done"u8))
        {
            json.Read();
            draft.Done |= json.TokenType == JsonTokenType.True;
        }
        else if (json.ValueTextEquals("done_reason"u8))
        {
            json.Read();
            draft.FinishReason = WireText.String(ref json);
        }
        else if (json.ValueTextEquals("prompt_eval_count"u8))
        {
            json.Read();
            draft.PromptTokens = WireText.Long(ref json);
        }
        else if (json.ValueTextEquals("eval_count"u8))
        {
            json.Read();
            draft.OutputTokens = WireText.Long(ref json);
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

    private static void Message(ref Utf8JsonReader json, AnswerDraft draft)
    {
        if (json.ValueTextEquals("content"u8))
        {
            json.Read();
            WireText.Content(ref json, draft, thinking: false);
        }
        else if (json.ValueTextEquals("thinking"u8))
        {
            json.Read();
            WireText.Content(ref json, draft, thinking: true);
        }
        else if (json.ValueTextEquals("tool_calls"u8))
        {
            json.Read();
            ToolCalls(ref json, draft);
        }
        else
        {
            WireObject.Pass(ref json);
        }
    }

    private static void ToolCalls(ref Utf8JsonReader json, AnswerDraft draft)
    {
        if (json.TokenType != JsonTokenType.StartArray)
        {
            json.Skip();
            return;
        }

        while (json.Read() && json.TokenType == JsonTokenType.StartObject)
        {
            WireObject.Read(ref json, draft.AddCall(draft.Calls.Count), Call);
        }
    }

    private static void Call(ref Utf8JsonReader json, ToolCallDraft call)
    {
        if (json.ValueTextEquals("id"u8))
        {
            json.Read();
            call.Id = WireText.String(ref json);
        }
        else if (json.ValueTextEquals("function"u8))
        {
            json.Read();
            WireObject.Read(ref json, call, Function);
        }
        else
        {
            WireObject.Pass(ref json);
        }
    }

    private static void Function(ref Utf8JsonReader json, ToolCallDraft call)
    {
        if (json.ValueTextEquals("name"u8))
        {
            json.Read();
            call.Name = WireText.String(ref json) ?? "";
        }
        else if (json.ValueTextEquals("arguments"u8))
        {
            json.Read();
            ToolArguments.Read(ref json, call);
        }
        else
        {
            WireObject.Pass(ref json);
        }
    }
}
