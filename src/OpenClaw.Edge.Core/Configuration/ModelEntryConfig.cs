using System.Text.Json;

namespace OpenClaw.Edge.Configuration;

/// <summary>One row of <c>agents.defaults.models</c>: what agents know of a model reference.</summary>
public sealed record ModelEntryConfig
{
    /// <summary>Short name that can be used in its place.</summary>
    public string? Alias { get; init; }

    /// <summary>Extra request members; undefined when absent.</summary>
    public JsonElement Params { get; init; }
}
