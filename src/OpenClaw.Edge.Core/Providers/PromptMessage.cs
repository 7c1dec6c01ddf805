namespace OpenClaw.Edge.Providers;

/// <summary>One message of the conversation sent to a model.</summary>
public sealed record PromptMessage
{
    /// <summary>Who speaks.</summary>
    public required PromptRole Role { get; init; }

    /// <summary>The text; empty for an assistant message that only calls tools.</summary>
    public string Text { get; init; } = "";

    /// <summary>Reasoning to replay, for servers that want it.</summary>
    public string? Thinking { get; init; }

    /// <summary>Calls of an assistant message.</summary>
    public IReadOnlyList<ToolCall> ToolCalls { get; init; } = [];

    /// <summary>Call that a tool message answers.</summary>
    public string? ToolCallId { get; init; }

    /// <summary>Tool that a tool message comes from.</summary>
    public string? ToolName { get; init; }

    /// <summary>Images of a user message.</summary>
    public IReadOnlyList<PromptImage> Images { get; init; } = [];
}
