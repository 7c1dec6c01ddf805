using System.Globalization;
using System.Text.Json;
using OpenClaw.Edge.Providers;

namespace OpenClaw.Edge.Http;

/// <summary>Reads a <c>/v1/responses</c> body and checks it. Members that are not named in docs/http-api.md are ignored.
/// Never throws on input.</summary>
internal static partial class ResponsesRequestReader
{
    /// <summary>Reads the body; false with a sentence for the caller when it is not acceptable.</summary>
    public static bool TryRead(JsonElement root, out ResponsesRequest? request, out string problem)
    {
        request = null;
        try
        {
            request = Read(root);
            problem = "";
            return true;
        }
        catch (BadInputException exception)
        {
            problem = exception.Message;
        }
        catch (InvalidOperationException)
        {
            problem = "Body holds text with an incomplete surrogate pair."; // JsonElement's word for a lone escape
        }

        return false;
    }

    private static ResponsesRequest Read(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new BadInputException("Body must be a JSON object.");
        }

        Conversation input = ReadInput(root);
        string? instructions = Text(root, "instructions");
        JsonElement? choice = Member(root, "tool_choice");
        bool noTools = choice is { ValueKind: JsonValueKind.String } word && word.ValueEquals("none"u8);
        IReadOnlyList<ToolSpec> tools = noTools ? [] : ReadTools(root);
        ChatRequest chat = new()
        {
            Model = Text(root, "model") ?? "openclaw",
            System = string.Join("\n\n", ((string?[])[instructions, .. input.System]).Where(text => !string.IsNullOrWhiteSpace(text))),
            Messages = input.Messages,
            Stream = Flag(root, "stream"),
            Tools = tools,
            ToolRequired = IsForced(choice, tools),
            Sampling = new SamplingOptions
            {
                MaxTokens = PositiveInt(root, "max_output_tokens"),
                Temperature = Number(root, "temperature", 0, 2),
                TopP = Number(root, "top_p", 0, 1),
                ToolChoice = ChatChoice(choice),
            },
            User = Text(root, "user"),
        };
        return new ResponsesRequest(chat, Text(root, "previous_response_id"), input.Outputs);
    }

    // {"type":"function","name":…,"description":…,"parameters":…}: flat, unlike chat's.
    private static List<ToolSpec> ReadTools(JsonElement root)
    {
        List<ToolSpec> tools = [];
        if (Member(root, "tools") is not { } list)
        {
            return tools;
        }

        if (list.ValueKind != JsonValueKind.Array)
        {
            throw new BadInputException("`tools` must be an array.");
        }

        foreach (JsonElement tool in list.EnumerateArray())
        {
            if (tool.ValueKind != JsonValueKind.Object
                || Text(tool, "type") != "function"
                || Text(tool, "name") is not { Length: > 0 } name)
            {
                throw new BadInputException(
                    "`tools` entries must be {\"type\":\"function\",\"name\":…}; the gateway has no hosted tools.");
            }

            byte[] parameters = Member(tool, "parameters") is { ValueKind: JsonValueKind.Object } schema
                ? System.Text.Encoding.UTF8.GetBytes(schema.GetRawText())
                : """{"type":"object","properties":{}}"""u8.ToArray();
            tools.Add(new ToolSpec(name, Text(tool, "description") ?? "", parameters));
        }

        return tools;
    }

    private static bool IsForced(JsonElement? choice, IReadOnlyList<ToolSpec> tools)
    {
        string? name = choice switch
        {
            null => "auto",
            { ValueKind: JsonValueKind.String } word => word.GetString(),
            { ValueKind: JsonValueKind.Object } named when Text(named, "type") == "function" => null,
            _ => "",
        };
        switch (name)
        {
            case "auto" or "none":
                return false;
            case "required" when tools.Count > 0:
                return true;
            case "required":
                throw new BadInputException("`tool_choice` is `required` but `tools` is empty.");
            case null when tools.Any(tool => tool.Name == Text(choice!.Value, "name")):
                return true;
            case null:
                throw new BadInputException("`tool_choice` names a function that is not in `tools`.");
            default:
                throw new BadInputException("`tool_choice` must be `none`, `auto`, `required` or a function.");
        }
    }

    // The model clients of this gateway take chat's form: {"type":"function","function":{"name":…}}.
    private static JsonElement? ChatChoice(JsonElement? choice)
    {
        if (choice is not { ValueKind: JsonValueKind.Object } named)
        {
            return choice?.Clone();
        }

        string name = JsonEncodedText.Encode(Text(named, "name") ?? "").ToString();
        using JsonDocument chat = JsonDocument.Parse($$$"""{"type":"function","function":{"name":"{{{name}}}"}}""");
        return chat.RootElement.Clone();
    }

    private static JsonElement? Member(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static string? Text(JsonElement parent, string name) => Member(parent, name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        _ => throw new BadInputException($"`{name}` must be a string."),
    };

    private static bool Flag(JsonElement parent, string name) => Member(parent, name) switch
    {
        null or { ValueKind: JsonValueKind.False } => false,
        { ValueKind: JsonValueKind.True } => true,
        _ => throw new BadInputException($"`{name}` must be true or false."),
    };

    private static double? Number(JsonElement parent, string name, double min, double max) => Member(parent, name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } value
            when value.TryGetDouble(out double number) && number >= min && number <= max => number,
        _ => throw new BadInputException(
            string.Create(CultureInfo.InvariantCulture, $"`{name}` must be a number from {min} to {max}.")),
    };

    private static int? PositiveInt(JsonElement parent, string name) => Member(parent, name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } value when value.TryGetInt32(out int number) && number > 0 => number,
        _ => throw new BadInputException($"`{name}` must be a positive integer."),
    };

    /// <summary>Carries the sentence from where a member is found wrong to <c>TryRead</c>; never leaves this type.</summary>
    private sealed class BadInputException(string message) : Exception(message);
}
