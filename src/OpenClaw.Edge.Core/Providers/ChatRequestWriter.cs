using System.Buffers;
using System.Text.Json;

namespace OpenClaw.Edge.Providers;

/// <summary>Writes the body of <c>/v1/chat/completions</c>. Stateless. The messages come last: see
/// <see cref="OllamaRequestWriter"/>.</summary>
internal static class ChatRequestWriter
{
    private static readonly string[] Reserved =
        ["model", "messages", "tools", "stream", "stream_options", "num_ctx", "preload", "keep_alive"];

    /// <summary>Writes a request in a shape.</summary>
    public static ReadOnlyMemory<byte> Write(ModelServer server, ModelRequest request, string model, OpenAiShape shape)
    {
        var output = new ArrayBufferWriter<byte>(4096);
        using var json = new Utf8JsonWriter(output, RequestJson.Options);
        json.WriteStartObject();
        json.WriteString("model"u8, model);
        bool withTools = shape.Tools && request.Tools.Count > 0;
        json.WriteBoolean("stream"u8, shape.Stream);
        if (shape.Stream && shape.StreamOptions)
        {
            json.WriteStartObject("stream_options"u8);
            json.WriteBoolean("include_usage"u8, true);
            json.WriteEndObject();
        }

        WriteSampling(json, server, request, shape, withTools);
        if (withTools)
        {
            RequestJson.WriteTools(json, request.Tools);
        }

        RequestJson.WriteMessages(json, request, WriteMessage);
        json.WriteEndObject();
        json.Flush();
        return output.WrittenMemory;
    }

    private static void WriteSampling(
        Utf8JsonWriter json, ModelServer server, ModelRequest request, OpenAiShape shape, bool withTools)
    {
        SamplingOptions sampling = request.Sampling;
        if (sampling.MaxTokens is { } most)
        {
            json.WriteNumber(shape.MaxTokensField, most);
        }

        RequestJson.WriteSampling(json, sampling);
        if (sampling.ResponseFormat is { } format)
        {
            json.WritePropertyName("response_format"u8);
            format.WriteTo(json);
        }

        if (withTools && sampling.ToolChoice is { } choice)
        {
            json.WritePropertyName("tool_choice"u8);
            choice.WriteTo(json);
        }

        bool effort = false;
        foreach (KeyValuePair<string, JsonElement> member in RequestParams.For(server, request.Model))
        {
            if (!Reserved.Contains(member.Key) && !RequestJson.Sets(sampling, member.Key))
            {
                effort |= member.Key == "reasoning_effort";
                json.WritePropertyName(member.Key);
                member.Value.WriteTo(json);
            }
        }

        if (!effort && server.Wish(request.Model)?.Reasoning == true && ReasoningEffort.Of(request.Think) is { } level)
        {
            json.WriteString("reasoning_effort"u8, level);
        }
    }

    private static void WriteMessage(Utf8JsonWriter json, PromptMessage message)
    {
        json.WriteStartObject();
        json.WriteString("role"u8, RequestJson.Role(message.Role));
        if (message.Images.Count > 0)
        {
            WriteParts(json, message);
        }
        else
        {
            json.WriteString("content"u8, message.Text);
        }

        if (message.ToolCalls.Count > 0)
        {
            ToolCall.WriteList(json, message.ToolCalls);
        }

        if (message.Role == PromptRole.Tool)
        {
            json.WriteString("tool_call_id"u8, message.ToolCallId ?? "");
        }

        json.WriteEndObject();
    }

    private static void WriteParts(Utf8JsonWriter json, PromptMessage message)
    {
        json.WriteStartArray("content"u8);
        if (message.Text.Length > 0)
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "text"u8);
            json.WriteString("text"u8, message.Text);
            json.WriteEndObject();
        }

        foreach (PromptImage image in message.Images)
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "image_url"u8);
            json.WriteStartObject("image_url"u8);
            json.WriteString("url"u8, $"data:{image.MimeType};base64,{image.Base64}");
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
