using System.Buffers;
using System.Text.Json;

namespace OpenClaw.Edge.Protocol.Sse;

/// <summary>Arguments of a tool call: an object, or a string that holds its text.</summary>
internal static class ToolArguments
{
    /// <summary>Adds the value that the reader stands on to the call.</summary>
    public static void Read(ref Utf8JsonReader json, ToolCallDraft call)
    {
        if (json.TokenType == JsonTokenType.String)
        {
            call.AppendEscaped(json.ValueSpan);
        }
        else if (json.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
        {
            // The reader knows positions only, so the value is written anew; invalid UTF-8 in it is repaired on the way.
            var output = new ArrayBufferWriter<byte>(256);
            using (var writer = new Utf8JsonWriter(output))
            {
                using JsonDocument document = JsonDocument.ParseValue(ref json);
                document.RootElement.WriteTo(writer);
            }

            call.SetJson(output.WrittenSpan);
        }
    }
}
