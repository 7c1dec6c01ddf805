using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Providers;

namespace OpenClaw.Edge.Http;

/// <summary>Writes the frames of one streamed chat completion. What all frames share is encoded once; a text frame is
/// three copies. Grammar: <c>*( "data: " json LF LF ) "data: [DONE]" LF LF</c>, comments between frames while waiting.
/// Source: docs/http-api.md, streaming.</summary>
internal sealed class ChatChunkWriter
{
    // The original cuts tool arguments at 256 characters; a cut inside a surrogate pair would break the text.
    private const int MaxArgumentChars = 256;

    private static readonly byte[] ContentHead = """{"index":0,"delta":{"content":" """u8[..^1].ToArray();
    private static readonly byte[] ReasoningHead = """{"index":0,"delta":{"reasoning_content":" """u8[..^1].ToArray();

    private readonly byte[] _head;
    private readonly IBufferWriter<byte> _output;

    /// <summary>Writes to <paramref name="output"/>; nothing is flushed here.</summary>
    public ChatChunkWriter(IBufferWriter<byte> output, string id, long createdSeconds, string model)
    {
        _output = output;
        string quotedModel = JsonEncodedText.Encode(model, WireJson.Relaxed.Encoder).ToString();
        _head = Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $$"""data: {"id":"{{id}}","object":"chat.completion.chunk","created":{{createdSeconds}},"model":"{{quotedModel}}","choices":["""));
    }

    /// <summary>The first frame of an answer.</summary>
    public void Role()
    {
        _output.Put(_head);
        _output.Put("""{"index":0,"delta":{"role":"assistant"},"finish_reason":null}]}"""u8);
        _output.Put("\n\n"u8);
    }

    /// <summary>Answer text that is UTF-8 with JSON escapes applied.</summary>
    public void EscapedText(ReadOnlySpan<byte> escaped) => Piece(ContentHead, escaped);

    /// <summary>Answer text as plain UTF-8, whole characters.</summary>
    public void Text(ReadOnlySpan<byte> utf8) => Escaped(ContentHead, utf8);

    /// <summary>Reasoning text as plain UTF-8, whole characters.</summary>
    public void Reasoning(ReadOnlySpan<byte> utf8) => Escaped(ReasoningHead, utf8);

    /// <summary>One tool call: its name first, then its arguments in pieces.</summary>
    public void ToolCall(int index, ToolCall call)
    {
        Delta((index, call), static (json, state) =>
        {
            json.WriteNumber("index"u8, state.index);
            json.WriteString("id"u8, state.call.Id);
            json.WriteString("type"u8, "function"u8);
            json.WriteStartObject("function"u8);
            json.WriteString("name"u8, state.call.Name);
            json.WriteString("arguments"u8, ""u8);
            json.WriteEndObject();
        });
        string arguments = call.ArgumentsJson;
        for (int start = 0; start < arguments.Length;)
        {
            int length = Math.Min(MaxArgumentChars, arguments.Length - start);
            if (length > 1 && char.IsHighSurrogate(arguments[start + length - 1]))
            {
                length--;
            }

            Delta((index, Text: arguments.Substring(start, length)), static (json, state) =>
            {
                json.WriteNumber("index"u8, state.index);
                json.WriteStartObject("function"u8);
                json.WriteString("arguments"u8, state.Text);
                json.WriteEndObject();
            });
            start += length;
        }
    }

    /// <summary>The frame that ends the answer.</summary>
    public void Finish(string finishReason)
    {
        _output.Put(_head);
        _output.Put("""{"index":0,"delta":{},"finish_reason":" """u8[..^1]);
        _output.Put(Encoding.UTF8.GetBytes(finishReason));
        _output.Put("\"}]}\n\n"u8);
    }

    /// <summary>The usage frame, for callers that asked for it.</summary>
    public void Usage(MessageUsage usage)
    {
        _output.Put(_head);
        _output.Put("],"u8);
        long prompt = ChatAnswer.PromptTokens(usage);
        string text = string.Create(
            CultureInfo.InvariantCulture,
            $"\"usage\":{{\"prompt_tokens\":{prompt},\"completion_tokens\":{usage.Output},\"total_tokens\":{prompt + usage.Output}}}}}");
        _output.Put(Encoding.UTF8.GetBytes(text));
        _output.Put("\n\n"u8);
    }

    /// <summary>A failure after the headers are gone; the caller writes <see cref="Done"/> next.</summary>
    public void Error(string type, string message)
    {
        _output.Put("data: "u8);
        using (Utf8JsonWriter json = new(_output, WireJson.Relaxed))
        {
            json.WriteStartObject();
            HttpAnswer.WriteError(json, type, message);
            json.WriteEndObject();
        }

        _output.Put("\n\n"u8);
    }

    /// <summary>A comment, so that proxies see a living connection.</summary>
    public void KeepAlive() => _output.Put(": keepalive\n\n"u8);

    /// <summary>The end of the stream.</summary>
    public void Done() => _output.Put("data: [DONE]\n\n"u8);

    private void Piece(ReadOnlySpan<byte> head, ReadOnlySpan<byte> escaped)
    {
        _output.Put(_head);
        _output.Put(head);
        _output.Put(escaped);
        _output.Put("\"},\"finish_reason\":null}]}\n\n"u8);
    }

    private void Escaped(ReadOnlySpan<byte> head, ReadOnlySpan<byte> utf8)
    {
        // No byte grows to more than six: \u00XX is the longest escape of one.
        byte[] escaped = ArrayPool<byte>.Shared.Rent(utf8.Length * 6);
        WireJson.Relaxed.Encoder!.EncodeUtf8(utf8, escaped, out _, out int written);
        Piece(head, escaped.AsSpan(0, written));
        ArrayPool<byte>.Shared.Return(escaped);
    }

    private void Delta<T>(T state, Action<Utf8JsonWriter, T> call)
    {
        _output.Put(_head);
        _output.Put("""{"index":0,"delta":{"tool_calls":["""u8);
        using (Utf8JsonWriter json = new(_output, WireJson.Relaxed))
        {
            json.WriteStartObject();
            call(json, state);
            json.WriteEndObject();
        }

        _output.Put("]},\"finish_reason\":null}]}\n\n"u8);
    }
}
