using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Providers;

namespace OpenClaw.Edge.Http;

/// <summary>The <c>input</c> of the body: a string, or items.</summary>
internal static partial class ResponsesRequestReader
{
    // Source: docs/http-api.md, responses.
    private const int MaxItems = 4096;
    private const int MaxImages = 8;
    private const int MaxImageBytes = 10 * 1024 * 1024;
    private const int MaxFileBytes = 5 * 1024 * 1024;
    private const int MaxFileChars = 60_000;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static Conversation ReadInput(JsonElement root)
    {
        Conversation read = new();
        switch (Member(root, "input"))
        {
            case { ValueKind: JsonValueKind.String } text:
                read.Messages.Add(new PromptMessage { Role = PromptRole.User, Text = text.GetString()! });
                return read;
            case { ValueKind: JsonValueKind.Array } items when items.GetArrayLength() <= MaxItems:
                foreach (JsonElement item in items.EnumerateArray())
                {
                    ReadItem(read, item);
                }

                return read;
            case { ValueKind: JsonValueKind.Array }:
                throw new BadInputException($"`input` holds at most {MaxItems} items.");
            default:
                throw new BadInputException("`input` must be a string or an array of items.");
        }
    }

    private static void ReadItem(Conversation read, JsonElement item)
    {
        if (item.ValueKind != JsonValueKind.Object)
        {
            throw new BadInputException("`input` items must be objects.");
        }

        switch (Text(item, "type") ?? "message")
        {
            case "message":
                ReadMessage(read, item);
                break;
            case "function_call":
                read.Call(new ToolCall(
                    Text(item, "call_id") ?? throw new BadInputException("`function_call` items must have a `call_id`."),
                    Text(item, "name") ?? throw new BadInputException("`function_call` items must have a `name`."),
                    Text(item, "arguments") ?? "{}"));
                break;
            case "function_call_output":
                read.Result(
                    Text(item, "call_id") ?? throw new BadInputException("`function_call_output` items must have a `call_id`."),
                    OutputOf(item));
                break;
            case "reasoning" or "item_reference":
                break;
            default:
                throw new BadInputException(
                    "`input` items must be `message`, `function_call`, `function_call_output`, `reasoning` or `item_reference`.");
        }
    }

    private static string OutputOf(JsonElement item) => Member(item, "output") switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString()!,
        { ValueKind: JsonValueKind.Array } parts => string.Join("\n", parts.EnumerateArray()
            .Where(part => part.ValueKind == JsonValueKind.Object).Select(part => Text(part, "text") ?? "")),
        _ => throw new BadInputException("`function_call_output` items must have an `output`: a string or text parts."),
    };

    private static void ReadMessage(Conversation read, JsonElement item)
    {
        string? role = Text(item, "role");
        List<PromptImage> images = [];
        string text = ReadContent(item, images);
        switch (role)
        {
            case "system" or "developer":
                read.System.Add(text);
                break;
            case "user":
                read.Messages.Add(new PromptMessage { Role = PromptRole.User, Text = text, Images = images });
                break;
            case "assistant":
                read.Messages.Add(new PromptMessage { Role = PromptRole.Assistant, Text = text });
                break;
            default:
                throw new BadInputException("`input[].role` must be `system`, `developer`, `user` or `assistant`.");
        }
    }

    private static string ReadContent(JsonElement item, List<PromptImage> images)
    {
        switch (Member(item, "content"))
        {
            case { ValueKind: JsonValueKind.String } whole:
                return whole.GetString()!;
            case { ValueKind: JsonValueKind.Array } parts:
                List<string> texts = [];
                foreach (JsonElement part in parts.EnumerateArray())
                {
                    if (part.ValueKind != JsonValueKind.Object)
                    {
                        throw new BadInputException("`content` parts must be objects.");
                    }

                    switch (Text(part, "type"))
                    {
                        case "input_text" or "output_text" or "text" or "refusal":
                            texts.Add(Text(part, "text") ?? Text(part, "refusal") ?? "");
                            break;
                        case "input_image":
                            images.Add(ReadImage(part));
                            break;
                        case "input_file":
                            texts.Add(ReadFile(part));
                            break;
                        default:
                            throw new BadInputException(
                                "`content` parts must be `input_text`, `output_text`, `input_image` or `input_file`.");
                    }
                }

                return images.Count <= MaxImages
                    ? string.Join("\n", texts)
                    : throw new BadInputException($"A message holds at most {MaxImages} images.");
            default:
                throw new BadInputException("`content` must be a string or an array of parts.");
        }
    }

    // "image_url":"data:…" is OpenAI's; "source":{"type":"base64","media_type","data"} is what the original takes as well.
    private static PromptImage ReadImage(JsonElement part)
    {
        (string type, string base64) = Member(part, "source") is { ValueKind: JsonValueKind.Object } source
            ? Source(source, "input_image")
            : DataUrl(Text(part, "image_url") ?? "", "input_image");
        if (type is not ("image/png" or "image/jpeg" or "image/gif" or "image/webp") || !Base64.IsValid(base64, out int bytes))
        {
            throw new BadInputException("`input_image` must be base64 of type image/png, image/jpeg, image/gif or image/webp.");
        }

        return bytes <= MaxImageBytes
            ? new PromptImage(type, base64)
            : throw new BadInputException($"`input_image` is larger than {MaxImageBytes / 1024 / 1024} MB.");
    }

    private static string ReadFile(JsonElement part)
    {
        bool nested = Member(part, "source") is { ValueKind: JsonValueKind.Object };
        JsonElement holder = nested ? part.GetProperty("source") : part;
        string name = Text(holder, "filename") ?? "file";
        (string type, string base64) = nested
            ? Source(holder, "input_file")
            : DataUrl(Text(part, "file_data") ?? "", "input_file");
        if (!Base64.IsValid(base64, out int bytes))
        {
            throw new BadInputException($"`input_file` {name} is not base64.");
        }

        if (bytes > MaxFileBytes)
        {
            throw new BadInputException($"`input_file` {name} is larger than {MaxFileBytes / 1024 / 1024} MB.");
        }

        byte[] content = Convert.FromBase64String(base64);
        if (type == "application/pdf" || content.AsSpan().StartsWith("%PDF-"u8) || content.AsSpan().Contains((byte)0))
        {
            throw new BadInputException($"`input_file` {name} is not text. Send its text; the gateway does not read PDF or binary files.");
        }

        try
        {
            string text = Strict.GetString(content);
            return text.Length <= MaxFileChars
                ? $"<file name=\"{name.Replace('"', '\'')}\">\n{text}\n</file>"
                : throw new BadInputException($"`input_file` {name} is longer than {MaxFileChars} characters.");
        }
        catch (DecoderFallbackException)
        {
            throw new BadInputException($"`input_file` {name} is not UTF-8 text.");
        }
    }

    private static (string Type, string Base64) Source(JsonElement source, string part) => Text(source, "type") == "base64"
        ? ((Text(source, "media_type") ?? "").ToLowerInvariant(), Text(source, "data") ?? "")
        : throw new BadInputException($"`{part}.source.type` must be `base64`; the gateway does not fetch URLs.");

    // data:<type>;base64,<bytes> (RFC 2397). URLs are not fetched: the gateway would become a way into the LAN.
    private static (string Type, string Base64) DataUrl(string url, string part)
    {
        int comma = url.IndexOf(',', StringComparison.Ordinal);
        if (!url.StartsWith("data:", StringComparison.OrdinalIgnoreCase) || comma < 0)
        {
            throw new BadInputException($"`{part}` must carry a base64 data: URL; the gateway fetches no URLs and keeps no files.");
        }

        string[] head = url[5..comma].Split(';');
        return head.Contains("base64", StringComparer.OrdinalIgnoreCase)
            ? (head[0].ToLowerInvariant(), url[(comma + 1)..])
            : throw new BadInputException($"`{part}` must carry a base64 data: URL.");
    }

    /// <summary>What the items say so far.</summary>
    private sealed class Conversation
    {
        private readonly HashSet<string> _calls = new(StringComparer.Ordinal);

        public List<string> System { get; } = [];

        public List<PromptMessage> Messages { get; } = [];

        public List<PromptMessage> Outputs { get; } = [];

        /// <summary>Calls that follow one another are of one answer.</summary>
        public void Call(ToolCall call)
        {
            _calls.Add(call.Id);
            if (Messages.Count > 0 && Messages[^1] is { Role: PromptRole.Assistant } last)
            {
                Messages[^1] = last with { ToolCalls = [.. last.ToolCalls, call] };
            }
            else
            {
                Messages.Add(new PromptMessage { Role = PromptRole.Assistant, ToolCalls = [call] });
            }
        }

        /// <summary>A result stays where it is when its call is here, else it belongs to the answer before.</summary>
        public void Result(string callId, string output) => (_calls.Contains(callId) ? Messages : Outputs).Add(
            new PromptMessage { Role = PromptRole.Tool, ToolCallId = callId, Text = output });
    }
}
