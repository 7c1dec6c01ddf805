namespace OpenClaw.Edge.Providers;

/// <summary>What a <see cref="ChatDelta"/> carries.</summary>
public enum ChatDeltaKind
{
    /// <summary>Answer text.</summary>
    Text,

    /// <summary>Reasoning text.</summary>
    Thinking,

    /// <summary>A whole tool call.</summary>
    ToolCall,

    /// <summary>What is going on before the first token (loading, queued, retrying on another model).</summary>
    Progress,

    /// <summary>The end: finish reason and usage. Nothing follows.</summary>
    Finish,
}
