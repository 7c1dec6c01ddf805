using System.Text.Json.Serialization;

namespace OpenClaw.Edge.Automation;

/// <summary>Tokens of a run, under the names that the log has for them.</summary>
/// <param name="InputTokens">Read by the model.</param>
/// <param name="OutputTokens">Written by the model.</param>
/// <param name="TotalTokens">Both.</param>
public sealed record CronUsage(
    [property: JsonPropertyName("input_tokens")] long InputTokens,
    [property: JsonPropertyName("output_tokens")] long OutputTokens,
    [property: JsonPropertyName("total_tokens")] long TotalTokens);
