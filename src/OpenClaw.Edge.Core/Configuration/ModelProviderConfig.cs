using System.Collections.ObjectModel;
using System.Text.Json;

namespace OpenClaw.Edge.Configuration;

/// <summary>One model server under <c>models.providers</c>.</summary>
public sealed record ModelProviderConfig
{
    /// <summary>Its address; <see langword="null"/> means the one known for its id.</summary>
    public string? BaseUrl { get; init; }

    /// <summary>Wire protocol (<c>ollama</c>, <c>openai-completions</c>, <c>openai-responses</c>,
    /// <c>anthropic-messages</c>…); <see langword="null"/> means: find out.</summary>
    public string? Api { get; init; }

    /// <summary>Credential with <c>${VAR}</c> already replaced.</summary>
    public string? ApiKey { get; init; }

    /// <summary>Longest silence in seconds before the server counts as stalled; <see langword="null"/> means the default.</summary>
    public int? TimeoutSeconds { get; init; }

    /// <summary>Extra request headers.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Calls at once; <see langword="null"/> means one for a local server and no limit for a cloud.</summary>
    public int? MaxConcurrent { get; init; }

    /// <summary>How long Ollama keeps the model in memory (<c>5m</c>, <c>-1</c>); <see langword="null"/> means its own default.</summary>
    public string? KeepAlive { get; init; }

    /// <summary>Extra request members, sent as they are; undefined when absent.</summary>
    public JsonElement Params { get; init; }

    /// <summary>Models listed by the file.</summary>
    public IReadOnlyList<ModelConfig> Models { get; init; } = [];

    /// <summary>Whether the provider is used at all.</summary>
    public bool Enabled { get; init; } = true;
}
