using System.Text.Json;

namespace OpenClaw.Edge.Providers;

/// <summary>What the configuration says of a model; null and zero members leave it to the server.</summary>
internal sealed record ModelWish
{
    /// <summary>Name for a person.</summary>
    public string? Name { get; init; }

    /// <summary>Whether it reasons.</summary>
    public bool? Reasoning { get; init; }

    /// <summary>Whether it sees images.</summary>
    public bool? Vision { get; init; }

    /// <summary>Whether it calls tools; null is yes.</summary>
    public bool? Tools { get; init; }

    /// <summary>Window that the model has.</summary>
    public int ContextWindow { get; init; }

    /// <summary>Window that we shall use.</summary>
    public int ContextTokens { get; init; }

    /// <summary>Most tokens of an answer.</summary>
    public int MaxTokens { get; init; }

    /// <summary>Prices.</summary>
    public ModelCost? Cost { get; init; }

    /// <summary>Extra request members and sampler options.</summary>
    public JsonElement? Params { get; init; }

    /// <summary>Name of the member that limits the answer: <c>max_tokens</c> or <c>max_completion_tokens</c>.</summary>
    public string? MaxTokensField { get; init; }
}
