using System.Text.Json;

namespace OpenClaw.Edge.Cli;

/// <summary>Reads members of a gateway's answer that may be absent or of another kind: nothing here throws, because a
/// newer or older gateway is not an error.</summary>
internal static class JsonPeek
{
    /// <summary>The member, or an undefined element.</summary>
    public static JsonElement Member(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) ? value : default;

    /// <summary>The string member, or null.</summary>
    public static string? Text(this JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    /// <summary>The whole number, or null.</summary>
    public static long? Number(this JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out long number) ? number : null;

    /// <summary>Whether the member is true.</summary>
    public static bool Flag(this JsonElement element, string name) =>
        element.Member(name).ValueKind == JsonValueKind.True;

    /// <summary>The elements of the array member; none when it is absent.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.Array } value ? value.EnumerateArray() : [];

    /// <summary>The model of a session row or of defaults as <c>provider/model</c>, so that nobody takes the demo for a
    /// real one; null when there is none.</summary>
    public static string? ModelRef(this JsonElement row) =>
        (row.Text("modelProvider"), row.Text("model")) switch
        {
            (_, null) => null,
            ({ } provider, { } model) when !model.StartsWith(provider + "/", StringComparison.Ordinal) => $"{provider}/{model}",
            (_, { } model) => model,
        };

    /// <summary>The visible text of a chat message: a string, or the text parts of an array.</summary>
    public static string MessageText(this JsonElement message)
    {
        JsonElement content = message.Member("content");
        return content.ValueKind switch
        {
            JsonValueKind.String => content.GetString() ?? "",
            JsonValueKind.Array => string.Concat(content.EnumerateArray()
                .Where(part => part.Text("type") == "text")
                .Select(part => part.Text("text"))),
            _ => "",
        };
    }
}
