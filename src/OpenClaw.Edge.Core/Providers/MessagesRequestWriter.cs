using System.Buffers;
using System.Text.Json;
using OpenClaw.Edge.Protocol.Gateway;

namespace OpenClaw.Edge.Providers;

/// <summary>Writes the body of Anthropic's <c>/v1/messages</c>. Stateless. Marks the end of the stable prefix (tools and
/// system) and of the conversation for the server's prompt cache.</summary>
internal static class MessagesRequestWriter
{
    private const int DefaultMaxTokens = 8_192; // the wire wants a number; every current model takes this one
    private static readonly string[] Reserved =
        ["model", "messages", "system", "tools", "stream", "max_tokens", "num_ctx", "preload", "keep_alive", "stop"];

    /// <summary>Writes a request.</summary>
    public static ReadOnlyMemory<byte> Write(ModelServer server, ModelRequest request)
    {
        int budget = ThinkingBudget(server, request);
        int most = request.Sampling.MaxTokens ?? (server.Wish(request.Model)?.MaxTokens is > 0 and int set ? set : DefaultMaxTokens);
        var output = new ArrayBufferWriter<byte>(4096);
        using var json = new Utf8JsonWriter(output, RequestJson.Options);
        json.WriteStartObject();
        json.WriteString("model"u8, request.Model);
        json.WriteBoolean("stream"u8, true);
        if (request.Tools.Count > 0 && server.Wish(request.Model)?.Tools != false)
        {
            WriteTools(json, request);
        }

        if (request.System.Length > 0)
        {
            json.WriteStartArray("system"u8);
            json.WriteStartObject();
            json.WriteString("type"u8, "text"u8);
            json.WriteString("text"u8, request.System);
            WriteCacheMark(json);
            json.WriteEndObject();
            json.WriteEndArray();
        }

        json.WriteNumber("max_tokens"u8, most + budget); // the budget differs within a tool loop: behind what does not
        WriteSampling(json, server, request, budget);
        WriteMessages(json, request.Messages);
        json.WriteEndObject();
        json.Flush();
        return output.WrittenMemory;
    }

    /// <summary>Tokens for reasoning; zero is off. Within a tool loop it stays off: the wire wants the signed blocks of the
    /// turn back, which a transcript does not hold.</summary>
    private static int ThinkingBudget(ModelServer server, ModelRequest request) =>
        server.Wish(request.Model)?.Reasoning != true || request.Messages.Count == 0 || request.Messages[^1].Role != PromptRole.User
            ? 0
            : request.Think switch
            {
                "low" => 2_048,
                "medium" => 8_192,
                "high" => 16_384,
                "max" => 32_000,
                _ => 0,
            };

    private static void WriteSampling(Utf8JsonWriter json, ModelServer server, ModelRequest request, int budget)
    {
        if (budget > 0)
        {
            json.WriteStartObject("thinking"u8);
            json.WriteString("type"u8, "enabled"u8);
            json.WriteNumber("budget_tokens"u8, budget);
            json.WriteEndObject();
        }
        else
        {
            RequestJson.WriteNumber(json, "temperature"u8, request.Sampling.Temperature is { } heat ? Math.Min(heat, 1) : null);
            RequestJson.WriteNumber(json, "top_p"u8, request.Sampling.Temperature is null ? request.Sampling.TopP : null);
        }

        if (request.Sampling.Stop is { Count: > 0 } stop)
        {
            json.WriteTexts("stop_sequences"u8, stop);
        }

        foreach (KeyValuePair<string, JsonElement> member in RequestParams.For(server, request.Model))
        {
            if (!Reserved.Contains(member.Key) && !RequestJson.Sets(request.Sampling, member.Key)
                && !(budget > 0 && member.Key is "thinking" or "temperature"))
            {
                json.WritePropertyName(member.Key);
                member.Value.WriteTo(json);
            }
        }
    }

    private static void WriteTools(Utf8JsonWriter json, ModelRequest request)
    {
        json.WriteStartArray("tools"u8);
        foreach (ToolSpec tool in request.Tools)
        {
            json.WriteStartObject();
            RequestJson.WriteToolBody(json, tool, "input_schema"u8);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (request.Sampling.ToolChoice is { } choice)
        {
            WriteToolChoice(json, choice);
        }
    }

    private static void WriteToolChoice(Utf8JsonWriter json, JsonElement choice)
    {
        json.WriteStartObject("tool_choice"u8);
        if (choice.ValueKind == JsonValueKind.Object && choice.TryGetProperty("function", out JsonElement function)
            && function.TryGetProperty("name", out JsonElement name))
        {
            json.WriteString("type"u8, "tool"u8);
            json.WritePropertyName("name"u8);
            name.WriteTo(json);
        }
        else
        {
            string type = choice.ValueKind == JsonValueKind.String ? choice.GetString() ?? "auto" : "auto";
            json.WriteString("type"u8, type is "required" ? "any" : type is "none" ? "none" : "auto");
        }

        json.WriteEndObject();
    }

    /// <summary>Messages of one side that follow each other become one: the wire wants all results of a turn together.</summary>
    private static void WriteMessages(Utf8JsonWriter json, IReadOnlyList<PromptMessage> messages)
    {
        json.WriteStartArray("messages"u8);
        string? open = null;
        for (int i = 0; i < messages.Count; i++)
        {
            PromptMessage message = messages[i];
            if (message is { Text.Length: 0, Images.Count: 0, ToolCalls.Count: 0 } && message.Role != PromptRole.Tool)
            {
                continue; // the wire refuses empty blocks
            }

            string role = message.Role == PromptRole.Assistant ? "assistant" : "user";
            if (role != open)
            {
                Close(json, open);
                json.WriteStartObject();
                json.WriteString("role"u8, role);
                json.WriteStartArray("content"u8);
                open = role;
            }

            WriteBlocks(json, message, mark: i == messages.Count - 1);
        }

        Close(json, open);
        json.WriteEndArray();
    }

    private static void Close(Utf8JsonWriter json, string? open)
    {
        if (open is not null)
        {
            json.WriteEndArray();
            json.WriteEndObject();
        }
    }

    private static void WriteBlocks(Utf8JsonWriter json, PromptMessage message, bool mark)
    {
        if (message.Role == PromptRole.Tool)
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "tool_result"u8);
            json.WriteString("tool_use_id"u8, message.ToolCallId ?? "");
            json.WriteString("content"u8, message.Text.Length > 0 ? message.Text : "(no output)");
            WriteCacheMark(json, mark);
            json.WriteEndObject();
            return;
        }

        foreach (PromptImage image in message.Images)
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "image"u8);
            json.WriteStartObject("source"u8);
            json.WriteString("type"u8, "base64"u8);
            json.WriteString("media_type"u8, image.MimeType);
            json.WriteString("data"u8, image.Base64);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        if (message.Text.Length > 0)
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "text"u8);
            json.WriteString("text"u8, message.Text);
            WriteCacheMark(json, mark);
            json.WriteEndObject();
        }

        foreach (ToolCall call in message.ToolCalls)
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "tool_use"u8);
            json.WriteString("id"u8, call.Id);
            json.WriteString("name"u8, call.Name);
            json.WritePropertyName("input"u8);
            RequestJson.WriteObjectOrWrapped(json, call.ArgumentsJson);
            json.WriteEndObject();
        }
    }

    private static void WriteCacheMark(Utf8JsonWriter json, bool mark = true)
    {
        if (mark)
        {
            json.WriteStartObject("cache_control"u8);
            json.WriteString("type"u8, "ephemeral"u8);
            json.WriteEndObject();
        }
    }
}
