using System.Text.Json;
using OpenClaw.Edge.Protocol.Sse;

namespace OpenClaw.Edge.Protocol.OpenAi;

/// <summary>Reads one event of the responses wire. Stateless; events it does not know are passed by.</summary>
/// <remarks>
/// <code>
/// response.output_text.delta {delta} · response.reasoning_summary_text.delta {delta} · response.refusal.delta {delta}
/// response.output_item.added|done {output_index,item{type:"function_call",id,call_id,name,arguments}}
/// response.function_call_arguments.delta {output_index,item_id,delta}
/// response.completed|incomplete|failed {response{id,status,usage,incomplete_details,error}} · error {code,message}
/// </code>
/// </remarks>
public static class ResponsesEventReader
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

            ReadOnlySpan<byte> type = default;
            ReadOnlySpan<byte> delta = default;
            int item = -1;
            int response = -1;
            long index = 0;
            bool isObject = false;
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                if (json.ValueTextEquals("type"u8))
                {
                    json.Read();
                    type = json.TokenType == JsonTokenType.String ? json.ValueSpan : default;
                }
                else if (json.ValueTextEquals("delta"u8))
                {
                    json.Read();
                    delta = json.TokenType == JsonTokenType.String ? json.ValueSpan : default;
                }
                else if (json.ValueTextEquals("output_index"u8))
                {
                    json.Read();
                    index = WireText.Long(ref json) ?? 0;
                    continue;
                }
                else if (json.ValueTextEquals("item"u8))
                {
                    json.Read();
                    item = (int)json.TokenStartIndex;
                }
                else if (json.ValueTextEquals("response"u8))
                {
                    json.Read();
                    response = (int)json.TokenStartIndex;
                }
                else
                {
                    isObject |= json.ValueTextEquals("object"u8);
                    json.Read();
                }

                json.Skip();
            }

            if (json.Read())
            {
                return false;
            }

            if (isObject && type.IsEmpty)
            {
                ResponsesObjectReader.Read(data, draft, whole: true); // stream:false: the response itself
                return true;
            }

            Dispatch(type, delta, (int)index, item < 0 ? default : data[item..], response < 0 ? default : data[response..], data, draft);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static void Dispatch(
        ReadOnlySpan<byte> type,
        ReadOnlySpan<byte> delta,
        int index,
        ReadOnlySpan<byte> item,
        ReadOnlySpan<byte> response,
        ReadOnlySpan<byte> data,
        AnswerDraft draft)
    {
        if (type.SequenceEqual("response.output_text.delta"u8) || type.SequenceEqual("response.refusal.delta"u8))
        {
            draft.AppendText(delta);
        }
        else if (type.SequenceEqual("response.reasoning_summary_text.delta"u8)
            || type.SequenceEqual("response.reasoning_text.delta"u8))
        {
            draft.AppendThinking(delta);
        }
        else if (type.SequenceEqual("response.function_call_arguments.delta"u8))
        {
            (draft.FindCall(index) ?? draft.AddCall(index)).AppendEscaped(delta);
        }
        else if (type.StartsWith("response.output_item."u8) && !item.IsEmpty)
        {
            var json = new Utf8JsonReader(item);
            json.Read();
            ResponsesObjectReader.Item(ref json, draft, index, withText: false);
        }
        else if (type.SequenceEqual("response.completed"u8) || type.SequenceEqual("response.incomplete"u8)
            || type.SequenceEqual("response.failed"u8) || type.SequenceEqual("response.created"u8))
        {
            if (!response.IsEmpty)
            {
                ResponsesObjectReader.Read(response, draft, whole: false);
            }

            draft.Done |= !type.SequenceEqual("response.created"u8);
        }
        else if (type.SequenceEqual("error"u8))
        {
            var json = new Utf8JsonReader(data);
            json.Read();
            WireText.Error(ref json, draft);
        }
    }
}
