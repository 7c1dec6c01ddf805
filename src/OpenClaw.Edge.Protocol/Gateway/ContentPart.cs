using System.Text.Json;

namespace OpenClaw.Edge.Protocol.Gateway;

/// <summary>One part of a message's content; which members are set depends on <see cref="Type"/>.</summary>
public sealed record ContentPart
{
    /// <summary><c>text</c>, <c>thinking</c>, <c>toolCall</c> or <c>image</c>.</summary>
    public required string Type { get; init; }

    /// <summary>The text of a <c>text</c> part.</summary>
    public string? Text { get; init; }

    /// <summary>The reasoning of a <c>thinking</c> part.</summary>
    public string? Thinking { get; init; }

    /// <summary>Call id of a <c>toolCall</c> part.</summary>
    public string? Id { get; init; }

    /// <summary>Tool name of a <c>toolCall</c> part.</summary>
    public string? Name { get; init; }

    /// <summary>Arguments object of a <c>toolCall</c> part.</summary>
    public JsonElement? Arguments { get; init; }

    /// <summary>Base64 data of an <c>image</c> part.</summary>
    public string? Data { get; init; }

    /// <summary>Media type of an <c>image</c> part.</summary>
    public string? MimeType { get; init; }

    /// <summary>A text part.</summary>
    public static ContentPart OfText(string text) => new() { Type = "text", Text = text };

    /// <summary>A reasoning part.</summary>
    public static ContentPart OfThinking(string thinking) => new() { Type = "thinking", Thinking = thinking };

    /// <summary>A tool call part.</summary>
    public static ContentPart OfToolCall(string id, string name, JsonElement arguments) =>
        new() { Type = "toolCall", Id = id, Name = name, Arguments = arguments };
}
