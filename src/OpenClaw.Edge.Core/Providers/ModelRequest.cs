namespace OpenClaw.Edge.Providers;

/// <summary>One call to a model.</summary>
public sealed record ModelRequest
{
    /// <summary>Model id without the provider.</summary>
    public required string Model { get; init; }

    /// <summary>System prompt; empty for none.</summary>
    public string System { get; init; } = "";

    /// <summary>Conversation, oldest first.</summary>
    public required IReadOnlyList<PromptMessage> Messages { get; init; }

    /// <summary>Tools that the model may call, in a byte-stable order.</summary>
    public IReadOnlyList<ToolSpec> Tools { get; init; } = [];

    /// <summary>Sampling and limits.</summary>
    public SamplingOptions Sampling { get; init; } = new();

    /// <summary><c>off</c>, <c>low</c>, <c>medium</c>, <c>high</c> or <c>max</c>; <see langword="null"/> is the model's default.</summary>
    public string? Think { get; init; }

    /// <summary>Fairness key of the local queue, normally the session key.</summary>
    public string QueueKey { get; init; } = "";
}
