using System.Buffers;
using System.Text;
using System.Text.Json;

namespace OpenClaw.Edge.Protocol.Sse;

/// <summary>Small readings that the model wires share. All take a reader that stands on a value and leave it on the value's
/// last token.</summary>
internal static class WireText
{
    /// <summary>A string value, repaired where it is not valid UTF-8; null for any other token, which is skipped.</summary>
    public static string? String(ref Utf8JsonReader json)
    {
        if (json.TokenType != JsonTokenType.String)
        {
            json.Skip();
            return null;
        }

        var output = new ArrayBufferWriter<byte>(Math.Max(16, json.ValueSpan.Length));
        var decoder = new JsonTextDecoder();
        decoder.Append(json.ValueSpan, output);
        decoder.Flush(output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    /// <summary>A whole number; null for any other token, which is skipped.</summary>
    public static long? Long(ref Utf8JsonReader json)
    {
        if (json.TokenType == JsonTokenType.Number)
        {
            return json.TryGetInt64(out long value) ? value : json.TryGetDouble(out double real) ? (long)real : null;
        }

        json.Skip();
        return null;
    }

    /// <summary>An error as servers send it: a string, or an object with <c>message</c> and <c>code</c> or <c>type</c>.</summary>
    public static void Error(ref Utf8JsonReader json, AnswerDraft draft)
    {
        if (json.TokenType != JsonTokenType.StartObject)
        {
            draft.Error = String(ref json) ?? draft.Error;
            return;
        }

        string? message = null;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("message"u8))
            {
                json.Read();
                message = String(ref json);
            }
            else if (json.ValueTextEquals("code"u8) || json.ValueTextEquals("type"u8))
            {
                json.Read();
                draft.ErrorCode = String(ref json) ?? draft.ErrorCode;
            }
            else if (json.ValueTextEquals("error"u8))
            {
                json.Read();
                Error(ref json, draft); // the responses wire nests it in an event
            }
            else
            {
                json.Read();
                json.Skip();
            }
        }

        draft.Error = message ?? draft.Error ?? "the server sent an error without a message";
    }

    /// <summary>The text of an OpenAI content member: a string, or parts with <c>text</c>; other parts are passed by.</summary>
    public static void Content(ref Utf8JsonReader json, AnswerDraft draft, bool thinking)
    {
        if (json.TokenType == JsonTokenType.String)
        {
            if (thinking)
            {
                draft.AppendThinking(json.ValueSpan);
            }
            else
            {
                draft.AppendText(json.ValueSpan);
            }

            return;
        }

        if (json.TokenType is not (JsonTokenType.StartArray or JsonTokenType.StartObject))
        {
            return;
        }

        int depth = json.CurrentDepth;
        bool inThinking = thinking;
        while (json.Read() && json.CurrentDepth > depth)
        {
            if (json.TokenType != JsonTokenType.PropertyName)
            {
                continue;
            }

            if (json.ValueTextEquals("thinking"u8))
            {
                inThinking = true; // Mistral nests its reasoning: {"type":"thinking","thinking":[{"type":"text","text":…}]}
            }
            else if (json.ValueTextEquals("text"u8))
            {
                json.Read();
                Content(ref json, draft, inThinking);
                inThinking = thinking;
            }
        }
    }
}
