using System.Text;
using System.Text.Json;

namespace OpenClaw.Edge.TestKit.Models;

/// <summary>What the scripted model needs to know of a chat request, whatever API it came by.</summary>
internal sealed record ChatQuestion(string Model, bool Stream, bool IncludeUsage, bool Empty, string Prompt, int ToolResults)
{
    /// <summary>Reads it. Throws <see cref="JsonException"/> on a body that is no JSON object.</summary>
    public static ChatQuestion Read(ScriptedRequest request)
    {
        using JsonDocument document = JsonDocument.Parse(request.Body);
        JsonElement body = document.RootElement;
        if (body.ValueKind != JsonValueKind.Object)
        {
            throw new JsonException("The body is not an object.");
        }

        string model = body.TryGetProperty("model", out JsonElement name) ? name.ToString() : "";
        bool stream = body.TryGetProperty("stream", out JsonElement wants) ? wants.ValueKind == JsonValueKind.True : request.Path == "/api/chat";
        bool usage = body.TryGetProperty("stream_options", out JsonElement options) && options.ValueKind == JsonValueKind.Object
            && options.TryGetProperty("include_usage", out JsonElement include) && include.ValueKind == JsonValueKind.True;
        if (!body.TryGetProperty(request.Path == "/v1/responses" ? "input" : "messages", out JsonElement messages))
        {
            return new ChatQuestion(model, stream, usage, Empty: true, "", 0);
        }

        if (messages.ValueKind == JsonValueKind.String)
        {
            return new ChatQuestion(model, stream, usage, Empty: false, messages.GetString()!, 0);
        }

        (string prompt, int toolResults) = Last(messages);
        return new ChatQuestion(model, stream, usage, messages.GetArrayLength() == 0, prompt, toolResults);
    }

    // The last user text, and how many tool results came after it. The original gateway puts a user message of its own behind it.
    private static (string Prompt, int ToolResults) Last(JsonElement messages)
    {
        int results = 0;
        for (int i = messages.GetArrayLength() - 1; i >= 0; i--)
        {
            JsonElement message = messages[i];
            string role = message.TryGetProperty("role", out JsonElement value) ? value.ToString() : "";
            string type = message.TryGetProperty("type", out JsonElement kind) ? kind.ToString() : "";
            if (role == "tool" || type == "function_call_output")
            {
                results++;
            }
            else if (role == "user")
            {
                (string text, int inside) = Content(message.GetProperty("content"));
                results += inside;
                if (text.Length > 0 && !text.StartsWith("<<<BEGIN_OPENCLAW", StringComparison.Ordinal))
                {
                    return (text, results);
                }
            }
        }

        return ("", results);
    }

    private static (string Text, int ToolResults) Content(JsonElement content)
    {
        if (content.ValueKind == JsonValueKind.String)
        {
            return (content.GetString()!, 0);
        }

        StringBuilder text = new();
        int results = 0;
        foreach (JsonElement part in content.EnumerateArray())
        {
            if (part.TryGetProperty("type", out JsonElement type) && type.ValueEquals("tool_result"))
            {
                results++;
            }
            else if (part.TryGetProperty("text", out JsonElement words))
            {
                text.Append(words.GetString());
            }
        }

        return (text.ToString(), results);
    }
}
