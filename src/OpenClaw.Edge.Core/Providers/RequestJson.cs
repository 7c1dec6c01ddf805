using System.Text.Encodings.Web;
using System.Text.Json;
using OpenClaw.Edge.Protocol.Gateway;

namespace OpenClaw.Edge.Providers;

/// <summary>Pieces of request bodies that the wires share. Stateless.</summary>
internal static class RequestJson
{
    /// <summary>Compact, with non-ASCII text as it is: fewer bytes, and no server needs it escaped.</summary>
    public static JsonWriterOptions Options { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Wire name of a role.</summary>
    public static string Role(PromptRole role) => role switch
    {
        PromptRole.User => "user",
        PromptRole.Assistant => "assistant",
        _ => "tool",
    };

    /// <summary>Writes the <c>tools</c> of the chat wires.</summary>
    public static void WriteTools(Utf8JsonWriter json, IReadOnlyList<ToolSpec> tools)
    {
        json.WriteStartArray("tools"u8);
        foreach (ToolSpec tool in tools)
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "function"u8);
            json.WriteStartObject("function"u8);
            WriteToolBody(json, tool, "parameters"u8);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Writes name, description and schema of a tool.</summary>
    public static void WriteToolBody(Utf8JsonWriter json, ToolSpec tool, ReadOnlySpan<byte> schemaName)
    {
        json.WriteString("name"u8, tool.Name);
        json.WriteString("description"u8, tool.Description);
        json.WritePropertyName(schemaName);
        if (tool.ParametersJson.IsEmpty)
        {
            json.WriteRawValue("""{"type":"object","properties":{}}"""u8);
        }
        else
        {
            json.WriteRawValue(tool.ParametersJson.Span, skipInputValidation: true);
        }
    }

    /// <summary>Writes arguments as an object; text that is none is wrapped, so that the model can see what it wrote.</summary>
    public static void WriteObjectOrWrapped(Utf8JsonWriter json, string arguments)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(arguments);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                document.RootElement.WriteTo(json);
                return;
            }
        }
        catch (JsonException)
        {
            // wrapped below
        }

        json.WriteStartObject();
        json.WriteString("input"u8, arguments);
        json.WriteEndObject();
    }

    /// <summary>Writes the <c>messages</c> of the chat wires, the system prompt first.</summary>
    public static void WriteMessages(Utf8JsonWriter json, ModelRequest request, Action<Utf8JsonWriter, PromptMessage> write)
    {
        json.WriteStartArray("messages"u8);
        if (request.System.Length > 0)
        {
            json.WriteStartObject();
            json.WriteString("role"u8, "system"u8);
            json.WriteString("content"u8, request.System);
            json.WriteEndObject();
        }

        foreach (PromptMessage message in request.Messages)
        {
            write(json, message);
        }

        json.WriteEndArray();
    }

    /// <summary>Writes what is set of the sampling that the chat wires call by the same names.</summary>
    public static void WriteSampling(Utf8JsonWriter json, SamplingOptions sampling)
    {
        WriteNumber(json, "temperature"u8, sampling.Temperature);
        WriteNumber(json, "top_p"u8, sampling.TopP);
        WriteNumber(json, "frequency_penalty"u8, sampling.FrequencyPenalty);
        WriteNumber(json, "presence_penalty"u8, sampling.PresencePenalty);
        WriteNumber(json, "seed"u8, sampling.Seed);
        WriteStop(json, sampling);
    }

    /// <summary>Writes a number that is set.</summary>
    public static void WriteNumber(Utf8JsonWriter json, ReadOnlySpan<byte> name, double? value)
    {
        if (value is { } set)
        {
            json.WriteNumber(name, set);
        }
    }

    /// <summary>Writes a number that is set.</summary>
    public static void WriteNumber(Utf8JsonWriter json, ReadOnlySpan<byte> name, long? value)
    {
        if (value is { } set)
        {
            json.WriteNumber(name, set);
        }
    }

    /// <summary>Writes the stop strings that are set.</summary>
    public static void WriteStop(Utf8JsonWriter json, SamplingOptions sampling)
    {
        if (sampling.Stop is not { Count: > 0 } stop)
        {
            return;
        }

        json.WriteTexts("stop"u8, stop);
    }

    /// <summary>Whether the caller set what a configured member would set.</summary>
    public static bool Sets(SamplingOptions sampling, string member) => member switch
    {
        "max_tokens" or "max_completion_tokens" or "max_output_tokens" or "num_predict" => sampling.MaxTokens is not null,
        "temperature" => sampling.Temperature is not null,
        "top_p" => sampling.TopP is not null,
        "frequency_penalty" => sampling.FrequencyPenalty is not null,
        "presence_penalty" => sampling.PresencePenalty is not null,
        "seed" => sampling.Seed is not null,
        "stop" => sampling.Stop is { Count: > 0 },
        "response_format" => sampling.ResponseFormat is not null,
        "tool_choice" => sampling.ToolChoice is not null,
        _ => false,
    };

    /// <summary>Writes OpenAI's <c>response_format</c> in Ollama's words: <c>format</c> is <c>"json"</c> or a schema.</summary>
    public static void WriteOllamaFormat(Utf8JsonWriter json, JsonElement wanted)
    {
        if (wanted.ValueKind != JsonValueKind.Object || !wanted.TryGetProperty("type", out JsonElement type))
        {
            return;
        }

        if (type.ValueEquals("json_object"))
        {
            json.WriteString("format"u8, "json"u8);
        }
        else if (type.ValueEquals("json_schema") && wanted.TryGetProperty("json_schema", out JsonElement named)
            && named.TryGetProperty("schema", out JsonElement schema))
        {
            json.WritePropertyName("format"u8);
            schema.WriteTo(json);
        }
    }
}
