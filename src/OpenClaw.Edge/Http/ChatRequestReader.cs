using System.Text.Json;
using OpenClaw.Edge.Providers;

namespace OpenClaw.Edge.Http;

/// <summary>Reads a <c>/v1/chat/completions</c> body and checks it. Members that are not named in docs/http-api.md are
/// ignored. Never throws on input.</summary>
internal static partial class ChatRequestReader
{
    /// <summary>Reads the body; false with a sentence for the caller when it is not acceptable.</summary>
    public static bool TryRead(JsonElement root, out ChatRequest? request, out string problem)
    {
        request = null;
        try
        {
            request = Read(root);
            problem = "";
            return true;
        }
        catch (BadChatRequestException exception)
        {
            problem = exception.Message;
            return false;
        }
        catch (InvalidOperationException)
        {
            // What JsonElement says to a lone surrogate escape, wherever it stands.
            problem = "Body holds text with an incomplete surrogate pair.";
            return false;
        }
    }

    private static ChatRequest Read(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new BadChatRequestException("Body must be a JSON object.");
        }

        (string system, IReadOnlyList<PromptMessage> messages) = ReadMessages(root);
        JsonElement? choice = Member(root, "tool_choice");
        bool noTools = choice is { ValueKind: JsonValueKind.String } word && word.ValueEquals("none"u8);
        IReadOnlyList<ToolSpec> tools = noTools ? [] : ReadTools(root);
        return new ChatRequest
        {
            Model = Text(root, "model") ?? "openclaw",
            System = system,
            Messages = messages,
            Stream = Flag(root, "stream"),
            IncludeUsage = Member(root, "stream_options") is { ValueKind: JsonValueKind.Object } options
                && Flag(options, "include_usage"),
            Tools = tools,
            ToolRequired = IsForced(choice, tools),
            Sampling = ReadSampling(root, choice),
            User = Text(root, "user"),
        };
    }

    private static SamplingOptions ReadSampling(JsonElement root, JsonElement? toolChoice) => new()
    {
        MaxTokens = PositiveInt(root, "max_completion_tokens") ?? PositiveInt(root, "max_tokens"),
        Temperature = Number(root, "temperature", 0, 2),
        TopP = Number(root, "top_p", 0, 1),
        FrequencyPenalty = Number(root, "frequency_penalty", -2, 2),
        PresencePenalty = Number(root, "presence_penalty", -2, 2),
        Seed = Integer(root, "seed"),
        Stop = ReadStop(root),
        ResponseFormat = ReadResponseFormat(root),
        ToolChoice = toolChoice?.Clone(),
    };

    private static string[]? ReadStop(JsonElement root)
    {
        switch (Member(root, "stop"))
        {
            case null:
                return null;
            case { ValueKind: JsonValueKind.String } one:
                return [one.GetString()!];
            case { ValueKind: JsonValueKind.Array } many when many.GetArrayLength() <= 4
                && many.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String):
                return [.. many.EnumerateArray().Select(item => item.GetString()!)];
            default:
                throw new BadChatRequestException("`stop` must be a string or at most 4 strings.");
        }
    }

    private static JsonElement? ReadResponseFormat(JsonElement root)
    {
        JsonElement? format = Member(root, "response_format");
        if (format is null)
        {
            return null;
        }

        string? type = format.Value.ValueKind == JsonValueKind.Object ? Text(format.Value, "type") : null;
        return type switch
        {
            "text" => null,
            "json_object" or "json_schema" => format.Value.Clone(),
            _ => throw new BadChatRequestException(
                "`response_format.type` must be `text`, `json_object` or `json_schema`."),
        };
    }

    private static List<ToolSpec> ReadTools(JsonElement root)
    {
        List<ToolSpec> tools = [];
        if (Member(root, "tools") is not { } list)
        {
            return tools;
        }

        if (list.ValueKind != JsonValueKind.Array)
        {
            throw new BadChatRequestException("`tools` must be an array.");
        }

        foreach (JsonElement tool in list.EnumerateArray())
        {
            if (tool.ValueKind != JsonValueKind.Object
                || Text(tool, "type") is not (null or "function")
                || Member(tool, "function") is not { ValueKind: JsonValueKind.Object } function
                || Text(function, "name") is not { Length: > 0 } name)
            {
                throw new BadChatRequestException("`tools` entries must be {\"type\":\"function\",\"function\":{\"name\":…}}.");
            }

            byte[] parameters = Member(function, "parameters") is { ValueKind: JsonValueKind.Object } schema
                ? System.Text.Encoding.UTF8.GetBytes(schema.GetRawText())
                : """{"type":"object","properties":{}}"""u8.ToArray();
            tools.Add(new ToolSpec(name, Text(function, "description") ?? "", parameters));
        }

        return tools;
    }

    private static bool IsForced(JsonElement? choice, IReadOnlyList<ToolSpec> tools)
    {
        switch (choice)
        {
            case null:
                return false;
            case { ValueKind: JsonValueKind.String } word:
                return word.GetString() switch
                {
                    "none" or "auto" => false,
                    "required" when tools.Count > 0 => true,
                    "required" => throw new BadChatRequestException("`tool_choice` is `required` but `tools` is empty."),
                    _ => throw new BadChatRequestException("`tool_choice` must be `none`, `auto`, `required` or a function."),
                };
            case { ValueKind: JsonValueKind.Object } named
                when Member(named, "function") is { ValueKind: JsonValueKind.Object } function
                && Text(function, "name") is { } name:
                return tools.Any(tool => tool.Name == name)
                    ? true
                    : throw new BadChatRequestException($"`tool_choice` names `{name}`, which is not in `tools`.");
            default:
                throw new BadChatRequestException("`tool_choice` must be `none`, `auto`, `required` or a function.");
        }
    }
}
