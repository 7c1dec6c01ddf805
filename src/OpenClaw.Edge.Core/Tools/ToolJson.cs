using System.Text.Json;

namespace OpenClaw.Edge.Tools;

/// <summary>Reads checked arguments and writes details.</summary>
internal static class ToolJson
{
    /// <summary>A string argument; empty when absent.</summary>
    public static string Text(JsonElement arguments, string name) =>
        arguments.ValueKind == JsonValueKind.Object
        && arguments.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : "";

    /// <summary>An integer argument.</summary>
    public static int? Integer(JsonElement arguments, string name) =>
        arguments.ValueKind == JsonValueKind.Object
        && arguments.TryGetProperty(name, out JsonElement value) && value.TryGetInt32(out int number)
            ? number
            : null;

    /// <summary>An object built by a writer.</summary>
    public static JsonElement Object(Action<Utf8JsonWriter> write)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        using JsonDocument document = JsonDocument.Parse(stream.ToArray());
        return document.RootElement.Clone();
    }
}
