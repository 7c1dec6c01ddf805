using System.Buffers;
using System.Text.Json;

namespace OpenClaw.Edge.Providers;

/// <summary>Writes the body of <c>/api/chat</c>. Stateless. What grows from turn to turn comes last, as in every wire here:
/// caches between us and the weights go by identical beginnings.</summary>
internal static class OllamaRequestWriter
{
    // Members of params that stand beside the options; ours (stream, model, messages) can not be set from there.
    private static readonly string[] TopLevel = ["keep_alive", "format", "truncate", "shift", "think", "logprobs", "top_logprobs"];
    private static readonly string[] Reserved = ["model", "messages", "tools", "stream", "options", "num_ctx", "preload"];

    /// <summary>Writes a request.</summary>
    /// <param name="server">The server with its params.</param>
    /// <param name="request">What to ask.</param>
    /// <param name="window">Value of <c>num_ctx</c>; zero leaves it to the server.</param>
    /// <param name="think">JSON of <c>think</c>; null leaves it out.</param>
    /// <param name="stream">Whether to stream.</param>
    /// <param name="withTools">Whether to send the tools.</param>
    public static ReadOnlyMemory<byte> Write(
        ModelServer server, ModelRequest request, int window, string? think, bool stream, bool withTools)
    {
        IReadOnlyList<KeyValuePair<string, JsonElement>> extra = RequestParams.For(server, request.Model);
        var output = new ArrayBufferWriter<byte>(4096);
        using var json = new Utf8JsonWriter(output, RequestJson.Options);
        json.WriteStartObject();
        json.WriteString("model"u8, request.Model);
        json.WriteBoolean("stream"u8, stream);
        if (think is not null)
        {
            json.WritePropertyName("think"u8);
            json.WriteRawValue(think);
        }

        WriteTopLevel(json, server, request, extra, think is not null);
        json.WriteStartObject("options"u8);
        WriteOptions(json, request.Sampling, window, extra);
        json.WriteEndObject();
        if (withTools && request.Tools.Count > 0)
        {
            RequestJson.WriteTools(json, request.Tools);
        }

        RequestJson.WriteMessages(json, request, WriteMessage);
        json.WriteEndObject();
        json.Flush();
        return output.WrittenMemory;
    }

    private static void WriteMessage(Utf8JsonWriter json, PromptMessage message)
    {
        json.WriteStartObject();
        json.WriteString("role"u8, RequestJson.Role(message.Role));
        json.WriteString("content"u8, message.Text);
        if (message.Thinking is { Length: > 0 } thinking)
        {
            json.WriteString("thinking"u8, thinking);
        }

        if (message.Images.Count > 0)
        {
            json.WriteStartArray("images"u8);
            foreach (PromptImage image in message.Images)
            {
                json.WriteStringValue(image.Base64);
            }

            json.WriteEndArray();
        }

        if (message.ToolCalls.Count > 0)
        {
            json.WriteStartArray("tool_calls"u8);
            foreach (ToolCall call in message.ToolCalls)
            {
                json.WriteStartObject();
                json.WriteString("id"u8, call.Id);
                json.WriteStartObject("function"u8);
                json.WriteString("name"u8, call.Name);
                json.WritePropertyName("arguments"u8);
                RequestJson.WriteObjectOrWrapped(json, call.ArgumentsJson);
                json.WriteEndObject();
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        if (message.Role == PromptRole.Tool)
        {
            json.WriteString("tool_name"u8, message.ToolName ?? "");
            if (message.ToolCallId is { } id)
            {
                json.WriteString("tool_call_id"u8, id);
            }
        }

        json.WriteEndObject();
    }

    private static void WriteTopLevel(
        Utf8JsonWriter json,
        ModelServer server,
        ModelRequest request,
        IReadOnlyList<KeyValuePair<string, JsonElement>> extra,
        bool hasThink)
    {
        bool keepAlive = false;
        bool format = false;
        bool truncate = false;
        bool shift = false;
        foreach (KeyValuePair<string, JsonElement> member in extra)
        {
            if (!TopLevel.Contains(member.Key) || (member.Key == "think" && hasThink))
            {
                continue;
            }

            json.WritePropertyName(member.Key);
            member.Value.WriteTo(json);
            keepAlive |= member.Key == "keep_alive";
            format |= member.Key == "format";
            truncate |= member.Key == "truncate";
            shift |= member.Key == "shift";
        }

        if (!keepAlive && server.KeepAlive is { } wish)
        {
            json.WritePropertyName("keep_alive"u8);
            json.WriteRawValue(wish);
        }

        // An overflow must be an error that we can act on, not a prompt that silently lost its head.
        if (!truncate)
        {
            json.WriteBoolean("truncate"u8, false);
        }

        if (!shift)
        {
            json.WriteBoolean("shift"u8, false);
        }

        if (!format && request.Sampling.ResponseFormat is { } wanted)
        {
            RequestJson.WriteOllamaFormat(json, wanted);
        }
    }

    private static void WriteOptions(
        Utf8JsonWriter json, SamplingOptions sampling, int window, IReadOnlyList<KeyValuePair<string, JsonElement>> extra)
    {
        if (window > 0)
        {
            json.WriteNumber("num_ctx"u8, window);
        }

        RequestJson.WriteNumber(json, "num_predict"u8, sampling.MaxTokens);
        RequestJson.WriteSampling(json, sampling);
        foreach (KeyValuePair<string, JsonElement> member in extra)
        {
            if (!TopLevel.Contains(member.Key) && !Reserved.Contains(member.Key) && !RequestJson.Sets(sampling, member.Key))
            {
                json.WritePropertyName(member.Key);
                member.Value.WriteTo(json);
            }
        }
    }
}
