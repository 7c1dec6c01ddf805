using System.Text.Json;

namespace OpenClaw.Edge.Providers;

/// <summary>A call that the model asks for.</summary>
/// <param name="Id">The server's call id, or one that we made when it sent none.</param>
/// <param name="Name">Tool name as the model wrote it.</param>
/// <param name="ArgumentsJson">The arguments as JSON text; may be malformed when the model wrote it so.</param>
public sealed record ToolCall(string Id, string Name, string ArgumentsJson)
{
    /// <summary>Writes calls as the member <c>tool_calls</c> of a message of OpenAI's chat completions.</summary>
    public static void WriteList(Utf8JsonWriter json, IReadOnlyList<ToolCall> calls)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(calls);
        json.WriteStartArray("tool_calls"u8);
        foreach (ToolCall call in calls)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, call.Id);
            json.WriteString("type"u8, "function"u8);
            json.WriteStartObject("function"u8);
            json.WriteString("name"u8, call.Name);
            json.WriteString("arguments"u8, call.ArgumentsJson);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
