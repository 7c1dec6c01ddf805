using System.Text.Json;
using System.Text.Json.Serialization;

namespace OpenClaw.Edge.Protocol.Gateway;

/// <summary>One message of a transcript as <c>chat.history</c> and <c>session.message</c> carry it, and as it is stored.
/// Source: docs/protocol.md, history messages.</summary>
public sealed record ChatMessage
{
    /// <summary><c>user</c>, <c>assistant</c>, <c>toolResult</c> or <c>system</c>.</summary>
    public required string Role { get; init; }

    /// <summary>Plain text or parts.</summary>
    public required MessageContent Content { get; init; }

    /// <summary>Wire protocol of the model server that answered, such as <c>ollama</c>.</summary>
    public string? Api { get; init; }

    /// <summary>Provider id of an assistant message.</summary>
    public string? Provider { get; init; }

    /// <summary>Model id of an assistant message, without the provider.</summary>
    public string? Model { get; init; }

    /// <summary>Tokens of the model call that made the message.</summary>
    public MessageUsage? Usage { get; init; }

    /// <summary><c>stop</c>, <c>length</c>, <c>toolUse</c>, <c>error</c> or <c>aborted</c>.</summary>
    public string? StopReason { get; init; }

    /// <summary>What went wrong, on a terminal error row.</summary>
    public string? ErrorMessage { get; init; }

    /// <summary>Id of the call that a tool result answers.</summary>
    public string? ToolCallId { get; init; }

    /// <summary>Tool that a tool result comes from.</summary>
    public string? ToolName { get; init; }

    /// <summary>Tool-specific facts for clients; never sent to a model.</summary>
    public JsonElement? Details { get; init; }

    /// <summary>Whether a tool result reports a failure.</summary>
    public bool? IsError { get; init; }

    /// <summary>Epoch milliseconds.</summary>
    public long Timestamp { get; init; }

    /// <summary><c>&lt;runId&gt;:user</c>, <c>&lt;runId&gt;:assistant</c> or <c>&lt;runId&gt;:terminal-error</c>.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>The model server's own id of the answer.</summary>
    public string? ResponseId { get; init; }

    /// <summary>What of the gateway asked, when no person did.</summary>
    public MessageProvenance? Provenance { get; init; }

    /// <summary>A command to the gateway or its answer: clients show it, models never see it.</summary>
    public bool? ExcludeFromContext { get; init; }

    /// <summary>What is known of it and no model reads.</summary>
    [JsonPropertyName("__openclaw")]
    public MessageMark? Mark { get; init; }

    /// <summary>How and by whom the run was aborted.</summary>
    [JsonPropertyName("openclawAbort")]
    public AbortMark? Abort { get; init; }
}
