namespace OpenClaw.Edge.Agents;

/// <summary>How full a model's window was before the last turn of a session, in tokens as its server counts them; estimated.</summary>
public sealed record ContextReport
{
    /// <summary>Epoch milliseconds.</summary>
    public required long AtMs { get; init; }

    /// <summary><c>provider/model</c> that was asked for.</summary>
    public required string ModelRef { get; init; }

    /// <summary>Id of the session's window of history.</summary>
    public required string SessionId { get; init; }

    /// <summary>Reset that it was made after.</summary>
    public required string Revision { get; init; }

    /// <summary>The whole prompt: system text, tools, history, message.</summary>
    public required int PromptTokens { get; init; }

    /// <summary>The model's window.</summary>
    public required int WindowTokens { get; init; }

    /// <summary>Kept free for the answer.</summary>
    public required int ReserveTokens { get; init; }

    /// <summary>Messages of the prompt before the one that it answers.</summary>
    public required int MessageCount { get; init; }
}
