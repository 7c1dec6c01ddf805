using System.Text.Json.Serialization;

namespace OpenClaw.Edge.Protocol.Gateway;

/// <summary>Content of a message: the wire has either a string or an array of parts, and which one is kept.</summary>
[JsonConverter(typeof(MessageContentConverter))]
public sealed record MessageContent
{
    /// <summary>Set when the wire has a plain string.</summary>
    public string? Text { get; private init; }

    /// <summary>Set when the wire has parts.</summary>
    public IReadOnlyList<ContentPart>? Parts { get; private init; }

    /// <summary>All text parts in order, without separators.</summary>
    public string PlainText => Text ?? string.Concat(Parts?.Select(part => part.Text) ?? []);

    /// <summary>Content that is a plain string.</summary>
    public static MessageContent Of(string text) => new() { Text = text };

    /// <summary>Content that is a list of parts.</summary>
    public static MessageContent Of(IReadOnlyList<ContentPart> parts) => new() { Parts = parts };
}
