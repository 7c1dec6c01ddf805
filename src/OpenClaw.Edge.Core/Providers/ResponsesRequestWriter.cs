using System.Buffers;
using System.Text.Json;

namespace OpenClaw.Edge.Providers;

/// <summary>Writes the body of <c>/v1/responses</c>. Stateless. Nothing is stored at the server: the whole conversation goes
/// along.</summary>
internal static class ResponsesRequestWriter
{
    private static readonly string[] Reserved =
        ["model", "input", "instructions", "tools", "stream", "store", "num_ctx", "preload", "keep_alive", "max_tokens", "stop"];

    /// <summary>Writes a request in a shape.</summary>
    public static ReadOnlyMemory<byte> Write(ModelServer server, ModelRequest request, string model, OpenAiShape shape)
    {
        var output = new ArrayBufferWriter<byte>(4096);
        using var json = new Utf8JsonWriter(output, RequestJson.Options);
        json.WriteStartObject();
        json.WriteString("model"u8, model);
        bool withTools = shape.Tools && request.Tools.Count > 0;
        json.WriteBoolean("stream"u8, shape.Stream);
        json.WriteBoolean("store"u8, false);
        RequestJson.WriteNumber(json, "max_output_tokens"u8, request.Sampling.MaxTokens);
        RequestJson.WriteNumber(json, "temperature"u8, request.Sampling.Temperature);
        RequestJson.WriteNumber(json, "top_p"u8, request.Sampling.TopP);
        if (withTools && request.Sampling.ToolChoice is { } choice)
        {
            WriteToolChoice(json, choice);
        }

        WriteExtra(json, server, request);
        if (withTools)
        {
            WriteTools(json, request.Tools);
        }

        if (request.System.Length > 0)
        {
            json.WriteString("instructions"u8, request.System);
        }

        json.WriteStartArray("input"u8);
        foreach (PromptMessage message in request.Messages)
        {
            WriteItems(json, message);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return output.WrittenMemory;
    }

    private static void WriteExtra(Utf8JsonWriter json, ModelServer server, ModelRequest request)
    {
        bool reasoning = false;
        foreach (KeyValuePair<string, JsonElement> member in RequestParams.For(server, request.Model))
        {
            if (!Reserved.Contains(member.Key) && !RequestJson.Sets(request.Sampling, member.Key))
            {
                reasoning |= member.Key == "reasoning";
                json.WritePropertyName(member.Key);
                member.Value.WriteTo(json);
            }
        }

        if (!reasoning && server.Wish(request.Model)?.Reasoning == true && ReasoningEffort.Of(request.Think) is { } effort)
        {
            json.WriteStartObject("reasoning"u8);
            json.WriteString("effort"u8, effort);
            json.WriteEndObject();
        }
    }

    private static void WriteTools(Utf8JsonWriter json, IReadOnlyList<ToolSpec> tools)
    {
        json.WriteStartArray("tools"u8);
        foreach (ToolSpec tool in tools)
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "function"u8);
            RequestJson.WriteToolBody(json, tool, "parameters"u8);
            json.WriteBoolean("strict"u8, false);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>The chat wire nests the function's name; this wire does not.</summary>
    private static void WriteToolChoice(Utf8JsonWriter json, JsonElement choice)
    {
        json.WritePropertyName("tool_choice"u8);
        if (choice.ValueKind == JsonValueKind.Object && choice.TryGetProperty("function", out JsonElement function)
            && function.TryGetProperty("name", out JsonElement name))
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "function"u8);
            json.WritePropertyName("name"u8);
            name.WriteTo(json);
            json.WriteEndObject();
        }
        else
        {
            choice.WriteTo(json);
        }
    }

    private static void WriteItems(Utf8JsonWriter json, PromptMessage message)
    {
        if (message.Role == PromptRole.Tool)
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "function_call_output"u8);
            json.WriteString("call_id"u8, message.ToolCallId ?? "");
            json.WriteString("output"u8, message.Text);
            json.WriteEndObject();
            return;
        }

        if (message.Text.Length > 0 || message.Images.Count > 0)
        {
            bool user = message.Role == PromptRole.User;
            json.WriteStartObject();
            json.WriteString("type"u8, "message"u8);
            json.WriteString("role"u8, RequestJson.Role(message.Role));
            json.WriteStartArray("content"u8);
            if (message.Text.Length > 0)
            {
                json.WriteStartObject();
                json.WriteString("type"u8, user ? "input_text"u8 : "output_text"u8);
                json.WriteString("text"u8, message.Text);
                json.WriteEndObject();
            }

            foreach (PromptImage image in message.Images)
            {
                json.WriteStartObject();
                json.WriteString("type"u8, "input_image"u8);
                json.WriteString("image_url"u8, $"data:{image.MimeType};base64,{image.Base64}");
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        foreach (ToolCall call in message.ToolCalls)
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "function_call"u8);
            json.WriteString("call_id"u8, call.Id);
            json.WriteString("name"u8, call.Name);
            json.WriteString("arguments"u8, call.ArgumentsJson);
            json.WriteEndObject();
        }
    }
}
