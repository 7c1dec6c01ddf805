using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Core.Tests.Sessions;

/// <summary>Transcript entries in one word.</summary>
internal static class Entries
{
    public static TranscriptEntry User(string text, string? key = null) => Of(new ChatMessage
    {
        Role = "user",
        Content = MessageContent.Of(text),
        Timestamp = 1_763_000_000_000,
        IdempotencyKey = key,
    });

    public static TranscriptEntry Assistant(string text) => Of(new ChatMessage
    {
        Role = "assistant",
        Content = MessageContent.Of([ContentPart.OfText(text)]),
        Timestamp = 1_763_000_000_000,
    });

    public static TranscriptEntry ToolResult(string text) => Of(new ChatMessage
    {
        Role = "toolResult",
        ToolCallId = "call_1",
        ToolName = "read",
        Content = MessageContent.Of([ContentPart.OfText(text)]),
        IsError = false,
        Timestamp = 1_763_000_000_000,
    });

    public static TranscriptEntry Compaction(string summary) => Of(new ChatMessage
    {
        Role = "system",
        Content = MessageContent.Of([ContentPart.OfText(summary)]),
        Timestamp = 1_763_000_000_000,
    }) with
    { Kind = TranscriptEntryKind.Compaction };

    public static TranscriptEntry Of(ChatMessage message) =>
        new() { Id = Guid.NewGuid().ToString(), Kind = TranscriptEntryKind.Message, Message = message };

    public static string[] Texts(IEnumerable<TranscriptEntry> entries) => [.. entries.Select(entry => entry.Message.Content.PlainText)];

    public static SessionKey Key(string text) =>
        SessionKey.TryParse(text, "main", out SessionKey key) ? key : throw new ArgumentException(text);
}
