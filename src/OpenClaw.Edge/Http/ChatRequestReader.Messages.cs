using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Providers;

namespace OpenClaw.Edge.Http;

/// <summary>The conversation of the body.</summary>
internal static partial class ChatRequestReader
{
    /// <summary>Most images of the last user message.</summary>
    public const int MaxImages = 8;

    /// <summary>Most decoded bytes of all of them.</summary>
    public const int MaxImageBytes = 20 * 1024 * 1024;

    private static (string System, IReadOnlyList<PromptMessage> Messages) ReadMessages(JsonElement root)
    {
        if (Member(root, "messages") is not { ValueKind: JsonValueKind.Array } list)
        {
            throw new BadChatRequestException("`messages` must be an array.");
        }

        StringBuilder system = new();
        List<PromptMessage> messages = [];
        foreach (JsonElement message in list.EnumerateArray())
        {
            if (message.ValueKind != JsonValueKind.Object)
            {
                throw new BadChatRequestException("`messages` entries must be objects.");
            }

            switch (Text(message, "role"))
            {
                case "system" or "developer":
                    string text = ReadText(message);
                    system.Append(system.Length > 0 && text.Length > 0 ? "\n\n" : "").Append(text);
                    break;
                case "user":
                    messages.Add(new PromptMessage
                    {
                        Role = PromptRole.User,
                        Text = ReadText(message),
                        Images = ReadImages(message),
                    });
                    break;
                case "assistant":
                    messages.Add(new PromptMessage
                    {
                        Role = PromptRole.Assistant,
                        Text = ReadText(message),
                        ToolCalls = ReadCalls(message),
                    });
                    break;
                case "tool" or "function":
                    messages.Add(new PromptMessage
                    {
                        Role = PromptRole.Tool,
                        Text = ReadText(message),
                        ToolCallId = Text(message, "tool_call_id"),
                        ToolName = Text(message, "name"),
                    });
                    break;
                default:
                    throw new BadChatRequestException(
                        "`messages[].role` must be `system`, `developer`, `user`, `assistant` or `tool`.");
            }
        }

        return (system.ToString(), messages);
    }

    private static string ReadText(JsonElement message)
    {
        switch (Member(message, "content"))
        {
            case null:
                return "";
            case { ValueKind: JsonValueKind.String } text:
                return Decode(text, "content");
            case { ValueKind: JsonValueKind.Array } parts:
                return string.Join("\n", parts.EnumerateArray()
                    .Where(part => part.ValueKind == JsonValueKind.Object
                        && Text(part, "type") is "text" or "input_text" or "refusal")
                    .Select(part => Text(part, "text") ?? Text(part, "refusal") ?? ""));
            default:
                throw new BadChatRequestException("`messages[].content` must be a string or an array of parts.");
        }
    }

    private static List<ToolCall> ReadCalls(JsonElement message)
    {
        List<ToolCall> calls = [];
        if (Member(message, "tool_calls") is not { ValueKind: JsonValueKind.Array } list)
        {
            return calls;
        }

        foreach (JsonElement call in list.EnumerateArray())
        {
            if (call.ValueKind != JsonValueKind.Object
                || Member(call, "function") is not { ValueKind: JsonValueKind.Object } function)
            {
                throw new BadChatRequestException("`tool_calls` entries must hold a `function`.");
            }

            calls.Add(new ToolCall(
                Text(call, "id") ?? $"call_{calls.Count}",
                Text(function, "name") ?? "",
                Text(function, "arguments") ?? "{}"));
        }

        return calls;
    }

    private static List<PromptImage> ReadImages(JsonElement message)
    {
        List<PromptImage> images = [];
        if (Member(message, "content") is not { ValueKind: JsonValueKind.Array } parts)
        {
            return images;
        }

        long bytes = 0;
        foreach (JsonElement part in parts.EnumerateArray())
        {
            if (part.ValueKind != JsonValueKind.Object || Text(part, "type") != "image_url")
            {
                continue;
            }

            string url = Member(part, "image_url") switch
            {
                { ValueKind: JsonValueKind.String } text => text.GetString()!,
                { ValueKind: JsonValueKind.Object } holder => Text(holder, "url") ?? "",
                _ => "",
            };
            PromptImage image = ReadDataUrl(url);
            images.Add(image);
            bytes += image.Base64.Length / 4L * 3;
            if (images.Count > MaxImages)
            {
                throw new BadChatRequestException($"A message holds at most {MaxImages} images.");
            }

            if (bytes > MaxImageBytes)
            {
                throw new BadChatRequestException($"Images of a message hold at most {MaxImageBytes / 1024 / 1024} MB.");
            }
        }

        return images;
    }

    // data:<type>;base64,<bytes> (RFC 2397). URLs are not fetched: the gateway would become a way into the LAN.
    private static PromptImage ReadDataUrl(string url)
    {
        int comma = url.IndexOf(',', StringComparison.Ordinal);
        if (!url.StartsWith("data:", StringComparison.OrdinalIgnoreCase) || comma < 0)
        {
            throw new BadChatRequestException("`image_url` must be a data: URL; the gateway does not fetch images.");
        }

        string[] head = url[5..comma].Split(';');
        string type = head[0].ToLowerInvariant();
        string base64 = url[(comma + 1)..];
        if (!head.Contains("base64", StringComparer.OrdinalIgnoreCase)
            || type is not ("image/png" or "image/jpeg" or "image/gif" or "image/webp")
            || !System.Buffers.Text.Base64.IsValid(base64))
        {
            throw new BadChatRequestException(
                "`image_url` must be a base64 data: URL of type image/png, image/jpeg, image/gif or image/webp.");
        }

        return new PromptImage(type, base64);
    }
}
