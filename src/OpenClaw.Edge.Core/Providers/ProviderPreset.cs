namespace OpenClaw.Edge.Providers;

/// <summary>What we know of a provider id without configuration.</summary>
/// <param name="Id">The id.</param>
/// <param name="Title">Name for a person.</param>
/// <param name="BaseUrl">Where it is.</param>
/// <param name="Api">Its wire protocol.</param>
/// <param name="KeyNames">Environment variables that may hold its key, best first.</param>
internal sealed record ProviderPreset(string Id, string Title, string BaseUrl, string Api, IReadOnlyList<string> KeyNames)
{
    private static readonly ProviderPreset[] Table =
    [
        new("ollama", "Ollama", "http://127.0.0.1:11434", ApiNames.Ollama, ["OLLAMA_API_KEY"]),
        new("lmstudio", "LM Studio", "http://127.0.0.1:1234", ApiNames.LmStudio, ["LM_API_TOKEN"]),
        new("vllm", "vLLM", "http://127.0.0.1:8000/v1", ApiNames.Completions, ["VLLM_API_KEY"]),
        new("sglang", "SGLang", "http://127.0.0.1:30000/v1", ApiNames.Completions, ["SGLANG_API_KEY"]),
        new("llamacpp", "llama.cpp", "http://127.0.0.1:8080/v1", ApiNames.Completions, ["LLAMA_API_KEY"]),
        new("litellm", "LiteLLM", "http://127.0.0.1:4000/v1", ApiNames.Completions, ["LITELLM_API_KEY"]),
        new("openai", "OpenAI", "https://api.openai.com/v1", ApiNames.Responses, ["OPENAI_API_KEY"]),
        new("anthropic", "Anthropic", "https://api.anthropic.com", ApiNames.Messages, ["ANTHROPIC_API_KEY"]),
        new("gemini", "Gemini", "https://generativelanguage.googleapis.com/v1beta/openai", ApiNames.Completions, ["GEMINI_API_KEY", "GOOGLE_API_KEY"]),
        new("google", "Gemini", "https://generativelanguage.googleapis.com/v1beta/openai", ApiNames.Completions, ["GEMINI_API_KEY", "GOOGLE_API_KEY"]),
        new("openrouter", "OpenRouter", "https://openrouter.ai/api/v1", ApiNames.Completions, ["OPENROUTER_API_KEY"]),
        new("groq", "Groq", "https://api.groq.com/openai/v1", ApiNames.Completions, ["GROQ_API_KEY"]),
        new("mistral", "Mistral", "https://api.mistral.ai/v1", ApiNames.Completions, ["MISTRAL_API_KEY"]),
        new("deepseek", "DeepSeek", "https://api.deepseek.com/v1", ApiNames.Completions, ["DEEPSEEK_API_KEY"]),
        new("xai", "xAI", "https://api.x.ai/v1", ApiNames.Completions, ["XAI_API_KEY"]),
        new("together", "Together", "https://api.together.xyz/v1", ApiNames.Completions, ["TOGETHER_API_KEY"]),
        new("moonshot", "Moonshot", "https://api.moonshot.ai/v1", ApiNames.Completions, ["MOONSHOT_API_KEY"]),
        new("siliconflow", "SiliconFlow", "https://api.siliconflow.cn/v1", ApiNames.Completions, ["SILICONFLOW_API_KEY"]),
        new("dashscope", "DashScope", "https://dashscope.aliyuncs.com/compatible-mode/v1", ApiNames.Completions, ["DASHSCOPE_API_KEY"]),
        new("qwen", "DashScope", "https://dashscope.aliyuncs.com/compatible-mode/v1", ApiNames.Completions, ["DASHSCOPE_API_KEY"]),
        new("bailian", "DashScope", "https://dashscope.aliyuncs.com/compatible-mode/v1", ApiNames.Completions, ["DASHSCOPE_API_KEY"]),
    ];

    /// <summary>Every preset.</summary>
    public static IReadOnlyList<ProviderPreset> All => Table;

    /// <summary>The preset of an id; null when there is none.</summary>
    public static ProviderPreset? Find(string id) =>
        Array.Find(Table, preset => string.Equals(preset.Id, id, StringComparison.OrdinalIgnoreCase));

    /// <summary>The preset whose server a URL points at; null when there is none.</summary>
    public static ProviderPreset? ByHost(Uri uri) =>
        HostReach.IsLocal(uri) ? null : Array.Find(Table, preset => new Uri(preset.BaseUrl).Host == uri.Host);
}
