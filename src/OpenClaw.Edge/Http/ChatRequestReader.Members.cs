using System.Globalization;
using System.Text.Json;

namespace OpenClaw.Edge.Http;

/// <summary>Single members of the body, with their ranges.</summary>
internal static partial class ChatRequestReader
{
    private static JsonElement? Member(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static string? Text(JsonElement parent, string name) => Member(parent, name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } text => Decode(text, name),
        _ => throw new BadChatRequestException($"`{name}` must be a string."),
    };

    private static string Decode(JsonElement text, string name)
    {
        try
        {
            return text.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // A lone surrogate escape, which no UTF-8 can carry.
            throw new BadChatRequestException($"`{name}` holds an incomplete surrogate pair.");
        }
    }

    private static bool Flag(JsonElement parent, string name) => Member(parent, name) switch
    {
        null or { ValueKind: JsonValueKind.False } => false,
        { ValueKind: JsonValueKind.True } => true,
        _ => throw new BadChatRequestException($"`{name}` must be true or false."),
    };

    private static double? Number(JsonElement parent, string name, double min, double max)
    {
        if (Member(parent, name) is not { } value)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Number
            && value.TryGetDouble(out double number)
            && number >= min
            && number <= max
            ? number
            : throw new BadChatRequestException(string.Create(
                CultureInfo.InvariantCulture,
                $"`{name}` must be a number from {min} to {max}."));
    }

    private static long? Integer(JsonElement parent, string name) => Member(parent, name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } value when value.TryGetInt64(out long number) => number,
        _ => throw new BadChatRequestException($"`{name}` must be an integer."),
    };

    private static int? PositiveInt(JsonElement parent, string name) => Member(parent, name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } value when value.TryGetInt32(out int number) && number > 0 => number,
        _ => throw new BadChatRequestException($"`{name}` must be a positive integer."),
    };

    /// <summary>Carries the sentence from where a member is found wrong to <c>TryRead</c>; never leaves this type.</summary>
    private sealed class BadChatRequestException(string message) : Exception(message);
}
