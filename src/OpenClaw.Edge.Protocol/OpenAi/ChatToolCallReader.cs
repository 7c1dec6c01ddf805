using System.Text.Json;
using OpenClaw.Edge.Protocol.Sse;

namespace OpenClaw.Edge.Protocol.OpenAi;

/// <summary>Puts the <c>tool_calls</c> of chat chunks together.</summary>
/// <remarks>By the book a call begins with index, id and name, and goes on with index and arguments. Seen besides: no
/// index at all (Gemini's compatible endpoint), index 0 for every call (older Ollama), the id or name repeated in each
/// piece, arguments as an object.</remarks>
internal static class ChatToolCallReader
{
    public static void Read(ref Utf8JsonReader json, AnswerDraft draft)
    {
        if (json.TokenType != JsonTokenType.StartArray)
        {
            json.Skip();
            return;
        }

        while (json.Read() && json.TokenType == JsonTokenType.StartObject)
        {
            // The index, id and name decide which call the arguments belong to, and may come after them: look ahead.
            Utf8JsonReader ahead = json;
            (long? index, string? id, string? name) = Identify(ref ahead);
            Arguments(ref json, Choose(draft, index, id, name));
        }
    }

    private static ToolCallDraft Choose(AnswerDraft draft, long? index, string? id, string? name)
    {
        bool hasId = !string.IsNullOrEmpty(id);
        bool hasName = !string.IsNullOrEmpty(name);
        ToolCallDraft? call = index is { } at
            ? draft.FindCall((int)at)
            : hasId ? Latest(draft, id!) : hasName || draft.Calls.Count == 0 ? null : draft.Calls[^1];

        bool another = call is null
            || (hasId && call.Id is not null && call.Id != id && hasName)
            || (!hasId && hasName && call.Name.Length > 0 && call.HasArguments && IsWhole(call));
        if (another)
        {
            call = draft.AddCall((int)(index ?? draft.Calls.Count));
        }

        call!.Id ??= hasId ? id : null;
        if (hasName && call.Name.Length == 0)
        {
            call.Name = name!;
        }

        return call;
    }

    private static ToolCallDraft? Latest(AnswerDraft draft, string id)
    {
        foreach (ToolCallDraft call in draft.Calls)
        {
            if (call.Id == id)
            {
                return call;
            }
        }

        return null;
    }

    private static bool IsWhole(ToolCallDraft call)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(call.ArgumentsJson());
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static (long? Index, string? Id, string? Name) Identify(ref Utf8JsonReader json)
    {
        (long? index, string? id, string? name) = (null, null, null);
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("index"u8))
            {
                json.Read();
                index = WireText.Long(ref json);
            }
            else if (json.ValueTextEquals("id"u8))
            {
                json.Read();
                id = WireText.String(ref json);
            }
            else if (json.ValueTextEquals("function"u8))
            {
                json.Read();
                name = Name(ref json);
            }
            else
            {
                json.Read();
                json.Skip();
            }
        }

        return (index, id, name);
    }

    private static string? Name(ref Utf8JsonReader json)
    {
        string? name = null;
        if (json.TokenType != JsonTokenType.StartObject)
        {
            json.Skip();
            return null;
        }

        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            bool isName = json.ValueTextEquals("name"u8);
            json.Read();
            if (isName)
            {
                name = WireText.String(ref json);
            }
            else
            {
                json.Skip();
            }
        }

        return name;
    }

    private static void Arguments(ref Utf8JsonReader json, ToolCallDraft call)
    {
        int depth = json.CurrentDepth;
        while (json.Read() && json.CurrentDepth > depth)
        {
            if (json.TokenType == JsonTokenType.PropertyName && json.ValueTextEquals("arguments"u8))
            {
                json.Read();
                ToolArguments.Read(ref json, call);
            }
        }
    }
}
