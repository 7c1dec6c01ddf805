namespace OpenClaw.Edge.Providers;

/// <summary>Names of wire protocols, as <c>models.providers.*.api</c> has them.</summary>
internal static class ApiNames
{
    /// <summary>Ollama's native API.</summary>
    public const string Ollama = "ollama";

    /// <summary>LM Studio: chat completions and its native lists.</summary>
    public const string LmStudio = "lmstudio";

    /// <summary>Chat completions.</summary>
    public const string Completions = "openai-completions";

    /// <summary>Responses.</summary>
    public const string Responses = "openai-responses";

    /// <summary>Anthropic messages.</summary>
    public const string Messages = "anthropic-messages";

    /// <summary>To be found out at the first call.</summary>
    public const string Auto = "auto";

    /// <summary>The name for what a configuration wrote; null when it must be found out.</summary>
    public static string? Canonical(string? written) => written?.Trim().ToLowerInvariant() switch
    {
        "ollama" or "ollama-native" => Ollama,
        "lmstudio" or "lm-studio" => LmStudio,
        "openai-completions" or "openai" or "openai-chat" or "openai-compatible" or "google-generative-ai" => Completions,
        "openai-responses" or "responses" => Responses,
        "anthropic-messages" or "anthropic" => Messages,
        _ => null,
    };

    /// <summary>The protocol that id, host and port tell; null when only asking tells.</summary>
    public static string? Guess(string id, Uri uri)
    {
        bool openAiPath = uri.AbsolutePath.TrimEnd('/').EndsWith("/v1", StringComparison.Ordinal);
        return ProviderPreset.ByHost(uri)?.Api ?? uri.Port switch
        {
            11434 => openAiPath ? Completions : Ollama,
            1234 => LmStudio,
            _ when ProviderPreset.Find(id) is { } preset && (preset.Api != Ollama || !openAiPath) => preset.Api,
            _ when id.StartsWith("ollama", StringComparison.OrdinalIgnoreCase) => openAiPath ? Completions : Ollama,
            _ when !HostReach.IsLocal(uri) => Completions,
            _ => null,
        };
    }
}
