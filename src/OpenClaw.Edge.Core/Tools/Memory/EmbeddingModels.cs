namespace OpenClaw.Edge.Tools;

/// <summary>What is known of embedding models by their names. Stateless.</summary>
internal static class EmbeddingModels
{
    // What a family was trained with, before a question and before a text. Sources: the models' cards on Hugging Face.
    private static readonly (string Family, string Query, string Text)[] s_prefixes =
    [
        ("nomic-embed", "search_query: ", "search_document: "),
        ("mxbai-embed", "Represent this sentence for searching relevant passages: ", ""),
        ("snowflake-arctic-embed", "Represent this sentence for searching relevant passages: ", ""),
        ("qwen3-embedding", "Instruct: Given a question, retrieve notes that answer it\nQuery: ", ""),
        ("embeddinggemma", "task: search result | query: ", "title: none | text: "),
        ("multilingual-e5", "query: ", "passage: "),
    ];

    /// <summary>The model of a provider that lists none, as the original's adapters have it; null when a person must name one.</summary>
    public static string? DefaultOf(string provider) => provider switch
    {
        "ollama" => "nomic-embed-text",
        "openai" => "text-embedding-3-small",
        "mistral" => "mistral-embed",
        "gemini" or "google" => "gemini-embedding-001",
        "siliconflow" => "BAAI/bge-m3",
        _ => null,
    };

    /// <summary>Whether a model that counts as one for vectors makes vectors of texts.</summary>
    public static bool IsForText(string id) =>
        !id.Contains("rerank", StringComparison.OrdinalIgnoreCase) && !id.Contains("whisper", StringComparison.OrdinalIgnoreCase);

    /// <summary>Puts before each text what its model wants there.</summary>
    public static IReadOnlyList<string> Prefixed(string model, IReadOnlyList<string> texts, bool isQuery)
    {
        foreach ((string family, string query, string text) in s_prefixes)
        {
            if (model.Contains(family, StringComparison.OrdinalIgnoreCase))
            {
                string prefix = isQuery ? query : text;
                return prefix.Length == 0 ? texts : [.. texts.Select(one => prefix + one)];
            }
        }

        return texts;
    }
}
