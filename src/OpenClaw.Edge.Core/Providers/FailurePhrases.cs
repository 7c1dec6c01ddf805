namespace OpenClaw.Edge.Providers;

/// <summary>What servers say when they mean something that the status alone does not tell. Lower-case; compared without
/// case.</summary>
internal static class FailurePhrases
{
    private static readonly string[] Overflow =
    [
        "exceed_context_size", // llama.cpp, Ollama: error type
        "exceeds the available context size", // llama.cpp, Ollama
        "input length exceeds the context length", // Ollama /api/embed, /api/chat with truncate:false
        "input length exceeds maximum context length", // Ollama's older runner
        "prompt too long; exceeded max context length", // Ollama
        "trying to keep the first", // LM Studio: "Trying to keep the first N tokens when context overflows"
        "context overflow",
        "contextlengthreached", // LM Studio policy name
        "greater than the context length", // LM Studio
        "context length of only", // LM Studio
        "context_length_exceeded", // OpenAI, vLLM, Groq
        "maximum context length", // OpenAI, vLLM, OpenRouter
        "longer than the maximum model length", // vLLM
        "max_model_len", // vLLM
        "exceeds the context window", // OpenAI responses
        "prompt is too long", // Anthropic
        "exceed context limit", // Anthropic: "input length and `max_tokens` exceed context limit"
        "request_too_large", // Anthropic
        "exceeds the maximum number of tokens", // Gemini: "The input token count (N) exceeds …"
        "input token count", // Gemini
        "too many tokens",
        "input is too long",
        "reduce the length of the messages",
        "range of input length should be", // DashScope
        "context window exceeded",
        "model_context_window_exceeded",
    ];

    private static readonly string[] Unauthorized =
    [
        "invalid api key", "invalid_api_key", "incorrect api key", "api key not valid", "api_key_invalid",
        "authentication_error", "missing api key", "invalid x-api-key",
    ];

    private static readonly string[] Billing =
    [
        "insufficient_quota", "credit balance is too low", "billing_hard_limit", "insufficient balance", "insufficient credits",
        "exceeded your current quota", "arrearage",
    ];

    private static readonly string[] NoModel =
    [
        "try pulling it first", "model_not_found", "model not found", "no such model", "unknown model", "model does not exist",
        "invalid model", "no models loaded", "not a valid model id", "model_not_exist", "failed to find model",
    ];

    private static readonly string[] RateLimit =
    [
        "rate limit", "rate_limit", "too many requests", "resource_exhausted", "throttling", "server busy",
        "maximum pending requests exceeded",
    ];

    private static readonly string[] ToolTrouble =
    [
        "error parsing tool call", "tool call", "tool_call", "tools are not supported with stream", "streaming tools",
        "grammar", "jinja",
    ];

    /// <summary>Whether the prompt did not fit.</summary>
    public static bool MeansOverflow(string text) => Has(text, Overflow);

    /// <summary>Whether the key is wrong.</summary>
    public static bool MeansUnauthorized(string text) => Has(text, Unauthorized);

    /// <summary>Whether the account has run dry.</summary>
    public static bool MeansBilling(string text) => Has(text, Billing);

    /// <summary>Whether the server has no such model.</summary>
    public static bool MeansNoModel(string text) =>
        Has(text, NoModel)
        || (text.Contains("model", StringComparison.OrdinalIgnoreCase)
            && (text.Contains("not found", StringComparison.OrdinalIgnoreCase)
                || text.Contains("does not exist", StringComparison.OrdinalIgnoreCase)));

    /// <summary>Whether the server asks for patience.</summary>
    public static bool MeansRateLimit(string text) => Has(text, RateLimit);

    /// <summary>Whether streaming together with tools is what failed.</summary>
    public static bool MeansToolTrouble(string text) => Has(text, ToolTrouble);

    /// <summary>Whether the model has no tools.</summary>
    public static bool MeansNoTools(string text) =>
        text.Contains("does not support tools", StringComparison.OrdinalIgnoreCase)
        || text.Contains("does not support function", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether the model has no reasoning.</summary>
    public static bool MeansNoThinking(string text) =>
        text.Contains("does not support thinking", StringComparison.OrdinalIgnoreCase);

    private static bool Has(string text, string[] phrases)
    {
        foreach (string phrase in phrases)
        {
            if (text.Contains(phrase, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
