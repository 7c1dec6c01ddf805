using System.Text.Json;

namespace OpenClaw.Edge.Configuration;

/// <summary>One model of a provider. The short form, a string, fills <see cref="Id"/> only.</summary>
public sealed record ModelConfig
{
    /// <summary>Id as the server knows it.</summary>
    public required string Id { get; init; }

    /// <summary>Name for a person; <see langword="null"/> means the id.</summary>
    public string? Name { get; init; }

    /// <summary>Whether it reasons; <see langword="null"/> means: ask the server.</summary>
    public bool? Reasoning { get; init; }

    /// <summary><c>text</c>, <c>image</c>; empty means: ask the server.</summary>
    public IReadOnlyList<string> Input { get; init; } = [];

    /// <summary>US dollars per million tokens; <see langword="null"/> means unknown.</summary>
    public ModelCostConfig? Cost { get; init; }

    /// <summary>Window in tokens the model has; zero means: ask the server.</summary>
    public int ContextWindow { get; init; }

    /// <summary>Window in tokens that we use of it; zero means: decide by memory.</summary>
    public int ContextTokens { get; init; }

    /// <summary>Most tokens of an answer; zero means: ask the server.</summary>
    public int MaxTokens { get; init; }

    /// <summary>Extra request members, sent as they are; undefined when absent.</summary>
    public JsonElement Params { get; init; }

    /// <summary>Peculiarities of the server, raw; undefined when absent.</summary>
    public JsonElement Compat { get; init; }

    /// <summary>Wire protocol when it differs from the provider's.</summary>
    public string? Api { get; init; }
}
