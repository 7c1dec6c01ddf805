using System.Buffers;
using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Providers;

namespace OpenClaw.Edge.Http;

/// <summary>Writes the events of one streamed response in their order. Grammar:
/// <c>*( "event: " name LF "data: " json LF LF ) "data: [DONE]" LF LF</c>, comments between events while waiting.
/// Source: docs/http-api.md, responses.</summary>
internal sealed class ResponseEventWriter(IBufferWriter<byte> output, string messageId)
{
    private readonly byte[] _delta = Encoding.UTF8.GetBytes(
        "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\","
        + $"\"item_id\":\"{messageId}\",\"output_index\":0,\"content_index\":0,\"delta\":\"");

    private bool _message;

    /// <summary>The response as it is now: <c>created</c>, <c>in_progress</c>, <c>completed</c>, <c>incomplete</c> or
    /// <c>failed</c>.</summary>
    public void Response(string state, ResponsesAnswer answer) => Event($"response.{state}", answer, static (json, answer) =>
    {
        json.WritePropertyName("response"u8);
        ResponsesAnswer.Write(json, answer);
    });

    /// <summary>Text that is UTF-8 with JSON escapes applied; the first one opens the message.</summary>
    public void EscapedText(ReadOnlySpan<byte> escaped)
    {
        OpenMessage();
        output.Put(_delta);
        output.Put(escaped);
        output.Put("\"}\n\n"u8);
    }

    /// <summary>The rest of an answer: its message closed, its calls, its end, <c>[DONE]</c>.</summary>
    public void End(ResponsesAnswer answer)
    {
        if (answer.Text is { } text)
        {
            if (!_message)
            {
                EscapedText(Encoding.UTF8.GetBytes(JsonEncodedText.Encode(text, WireJson.Relaxed.Encoder).ToString()));
            }

            CloseMessage(text, answer.Status == "incomplete" ? "incomplete" : "completed");
        }

        for (int index = 0; index < answer.ToolCalls.Count; index++)
        {
            Call((answer.Text is null ? 0 : 1) + index, answer.ToolCalls[index]);
        }

        Response(answer.Status, answer);
        output.Put("data: [DONE]\n\n"u8);
    }

    /// <summary>A comment, so that proxies see a living connection.</summary>
    public void KeepAlive() => output.Put(": keepalive\n\n"u8);

    private void OpenMessage()
    {
        if (_message)
        {
            return;
        }

        _message = true;
        Event("response.output_item.added", messageId, static (json, id) =>
        {
            json.WriteNumber("output_index"u8, 0);
            json.WritePropertyName("item"u8);
            ResponsesAnswer.WriteMessage(json, id, null, "in_progress");
        });
        Part("response.content_part.added", "");
    }

    private void CloseMessage(string text, string status)
    {
        Event("response.output_text.done", (messageId, text), static (json, state) =>
        {
            Place(json, state.messageId);
            json.WriteString("text"u8, state.text);
        });
        Part("response.content_part.done", text);
        Event("response.output_item.done", (messageId, text, status), static (json, state) =>
        {
            json.WriteNumber("output_index"u8, 0);
            json.WritePropertyName("item"u8);
            ResponsesAnswer.WriteMessage(json, state.messageId, state.text, state.status);
        });
    }

    private void Part(string name, string text) => Event(name, (messageId, text), static (json, state) =>
    {
        Place(json, state.messageId);
        json.WritePropertyName("part"u8);
        ResponsesAnswer.WriteTextPart(json, state.text);
    });

    private void Call(int index, ToolCall call)
    {
        Event("response.output_item.added", (index, call), static (json, state) =>
        {
            json.WriteNumber("output_index"u8, state.index);
            json.WritePropertyName("item"u8);
            ResponsesAnswer.WriteCall(json, state.call, "", "in_progress");
        });
        foreach ((string name, bool whole) in (ReadOnlySpan<(string, bool)>)[("delta", false), ("done", true)])
        {
            Event($"response.function_call_arguments.{name}", (index, call, whole), static (json, state) =>
            {
                json.WriteString("item_id"u8, ResponsesAnswer.CallItemId(state.call));
                json.WriteNumber("output_index"u8, state.index);
                json.WriteString(state.whole ? "arguments"u8 : "delta"u8, state.call.ArgumentsJson);
            });
        }

        Event("response.output_item.done", (index, call), static (json, state) =>
        {
            json.WriteNumber("output_index"u8, state.index);
            json.WritePropertyName("item"u8);
            ResponsesAnswer.WriteCall(json, state.call, state.call.ArgumentsJson, "completed");
        });
    }

    private static void Place(Utf8JsonWriter json, string messageId)
    {
        json.WriteString("item_id"u8, messageId);
        json.WriteNumber("output_index"u8, 0);
        json.WriteNumber("content_index"u8, 0);
    }

    private void Event<T>(string name, T state, Action<Utf8JsonWriter, T> members)
    {
        ArrayBufferWriter<byte> body = new(512);
        using (Utf8JsonWriter json = new(body, WireJson.Relaxed))
        {
            json.WriteStartObject();
            json.WriteString("type"u8, name);
            members(json, state);
            json.WriteEndObject();
        }

        output.Put(Encoding.UTF8.GetBytes($"event: {name}\ndata: "));
        output.Put(body.WrittenSpan);
        output.Put("\n\n"u8);
    }
}
