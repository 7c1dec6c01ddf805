using System.Text.Json;
using OpenClaw.Edge.Protocol.Sse;

namespace OpenClaw.Edge.Protocol.OpenAi;

/// <summary>Reads the response object and its items, which the responses wire repeats in its events.</summary>
internal static class ResponsesObjectReader
{
    /// <summary>Reads a response object; <paramref name="whole"/> takes its text and calls too, else only what the stream
    /// did not tell.</summary>
    public static void Read(ReadOnlySpan<byte> data, AnswerDraft draft, bool whole)
    {
        var json = new Utf8JsonReader(data);
        json.Read();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("id"u8))
            {
                json.Read();
                draft.ResponseId = WireText.String(ref json) ?? draft.ResponseId;
            }
            else if (json.ValueTextEquals("status"u8))
            {
                json.Read();
                draft.FinishReason ??= WireText.String(ref json) is { } status and not "in_progress" ? status : null;
                draft.Done |= whole;
            }
            else if (json.ValueTextEquals("usage"u8))
            {
                json.Read();
                UsageReader.Read(ref json, draft);
            }
            else if (json.ValueTextEquals("error"u8))
            {
                json.Read();
                if (json.TokenType != JsonTokenType.Null)
                {
                    WireText.Error(ref json, draft);
                }
            }
            else if (json.ValueTextEquals("incomplete_details"u8))
            {
                json.Read();
                Incomplete(ref json, draft);
            }
            else if (whole && json.ValueTextEquals("output"u8))
            {
                json.Read();
                Output(ref json, draft);
            }
            else
            {
                json.Read();
                json.Skip();
            }
        }
    }

    /// <summary>Reads one output item.</summary>
    public static void Item(ref Utf8JsonReader json, AnswerDraft draft, int index, bool withText)
    {
        if (json.TokenType != JsonTokenType.StartObject)
        {
            json.Skip();
            return;
        }

        Utf8JsonReader ahead = json;
        bool isCall = false;
        while (ahead.Read() && ahead.TokenType == JsonTokenType.PropertyName)
        {
            bool isType = ahead.ValueTextEquals("type"u8);
            ahead.Read();
            isCall |= isType && ahead.TokenType == JsonTokenType.String && ahead.ValueTextEquals("function_call"u8);
            ahead.Skip();
        }

        ToolCallDraft? call = isCall ? draft.FindCall(index) ?? draft.AddCall(index) : null;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (call is not null && json.ValueTextEquals("call_id"u8))
            {
                json.Read();
                call.Id = WireText.String(ref json) ?? call.Id;
            }
            else if (call is not null && json.ValueTextEquals("name"u8))
            {
                json.Read();
                call.Name = WireText.String(ref json) ?? call.Name;
            }
            else if (call is not null && json.ValueTextEquals("arguments"u8))
            {
                json.Read();
                if (json.TokenType != JsonTokenType.String || json.ValueSpan.Length > 0)
                {
                    call.ClearArguments(); // the whole text stands here
                    ToolArguments.Read(ref json, call);
                }
            }
            else if (withText && json.ValueTextEquals("content"u8))
            {
                json.Read();
                WireText.Content(ref json, draft, thinking: false);
            }
            else
            {
                json.Read();
                json.Skip();
            }
        }
    }

    private static void Output(ref Utf8JsonReader json, AnswerDraft draft)
    {
        if (json.TokenType != JsonTokenType.StartArray)
        {
            json.Skip();
            return;
        }

        for (int index = 0; json.Read() && json.TokenType == JsonTokenType.StartObject; index++)
        {
            Item(ref json, draft, index, withText: true);
        }
    }

    private static void Incomplete(ref Utf8JsonReader json, AnswerDraft draft)
    {
        if (json.TokenType != JsonTokenType.StartObject)
        {
            json.Skip();
            return;
        }

        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            bool isReason = json.ValueTextEquals("reason"u8);
            json.Read();
            if (isReason)
            {
                draft.FinishReason = WireText.String(ref json) ?? draft.FinishReason;
            }
            else
            {
                json.Skip();
            }
        }
    }
}
