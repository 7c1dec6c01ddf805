using System.Text.Json;

namespace OpenClaw.Edge.Providers;

/// <summary>Sampling and limits of one call; null members are not sent.</summary>
public sealed record SamplingOptions
{
    /// <summary>Most tokens to generate.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>0 to 2.</summary>
    public double? Temperature { get; init; }

    /// <summary>0 to 1.</summary>
    public double? TopP { get; init; }

    /// <summary>-2 to 2.</summary>
    public double? FrequencyPenalty { get; init; }

    /// <summary>-2 to 2.</summary>
    public double? PresencePenalty { get; init; }

    /// <summary>Seed for repeatable answers.</summary>
    public long? Seed { get; init; }

    /// <summary>Up to four stop strings.</summary>
    public IReadOnlyList<string>? Stop { get; init; }

    /// <summary>OpenAI <c>response_format</c>, as the client sent it.</summary>
    public JsonElement? ResponseFormat { get; init; }

    /// <summary>OpenAI <c>tool_choice</c>, as the client sent it.</summary>
    public JsonElement? ToolChoice { get; init; }
}
