using System.Text.Encodings.Web;
using System.Text.Json;
using OpenClaw.Edge.Protocol.Gateway;

namespace OpenClaw.Edge.Sessions;

/// <summary>Messages as they are stored: the wire's JSON, but with letters as UTF-8 and not as <c>\u</c> escapes, which take twice the room
/// (.NET still escapes what is beyond the basic plane: emoji).</summary>
internal static class MessageJson
{
    private static readonly TranscriptJson Stored = new(new JsonSerializerOptions(TranscriptJson.Default.Options)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>The stored text of a message.</summary>
    public static string Write(ChatMessage message) => JsonSerializer.Serialize(message, Stored.ChatMessage);

    /// <summary>Writes a message as a member of a larger document.</summary>
    public static void Write(Utf8JsonWriter json, ChatMessage message) => JsonSerializer.Serialize(json, message, Stored.ChatMessage);

    /// <summary>Reads what <see cref="Write(ChatMessage)"/> made.</summary>
    /// <exception cref="JsonException">The text is no message.</exception>
    public static ChatMessage Read(ReadOnlySpan<byte> utf8) =>
        JsonSerializer.Deserialize(utf8, Stored.ChatMessage) ?? throw new JsonException("A stored message is null.");

    /// <summary>Characters that a message costs in a prompt: text, reasoning and arguments; pictures are not characters.</summary>
    public static int CharsOf(ChatMessage message)
    {
        long chars = message.Content.Text?.Length ?? 0;
        foreach (ContentPart part in message.Content.Parts ?? [])
        {
            chars += (part.Text?.Length ?? 0) + (part.Thinking?.Length ?? 0) + (part.Name?.Length ?? 0);
            chars += part.Arguments?.GetRawText().Length ?? 0;
        }

        return (int)Math.Min(chars, int.MaxValue);
    }
}
