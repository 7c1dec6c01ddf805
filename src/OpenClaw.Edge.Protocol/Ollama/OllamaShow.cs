using System.Text.Json;

namespace OpenClaw.Edge.Protocol.Ollama;

/// <summary>Answer of <c>POST /api/show</c>; only what we use.</summary>
public sealed record OllamaShow
{
    /// <summary>Modelfile parameters, one a line: name, spaces, value.</summary>
    public string? Parameters { get; init; }

    /// <summary><c>completion</c>, <c>tools</c>, <c>thinking</c>, <c>vision</c>, <c>embedding</c>, <c>insert</c>.</summary>
    public IReadOnlyList<string>? Capabilities { get; init; }

    /// <summary>GGUF metadata; keys begin with the architecture.</summary>
    public IReadOnlyDictionary<string, JsonElement>? ModelInfo { get; init; }

    /// <summary>Whether a capability is listed; null when the server lists none.</summary>
    public bool? Can(string capability) => Capabilities?.Contains(capability);

    /// <summary>A number of <see cref="ModelInfo"/> by the end of its key, such as <c>.context_length</c>; zero when absent.</summary>
    public long Number(string suffix)
    {
        foreach (KeyValuePair<string, JsonElement> entry in ModelInfo ?? new Dictionary<string, JsonElement>())
        {
            if (entry.Key.EndsWith(suffix, StringComparison.Ordinal)
                && entry.Value.ValueKind == JsonValueKind.Number && entry.Value.TryGetInt64(out long value))
            {
                return value;
            }
        }

        return 0;
    }

    /// <summary>A number of the Modelfile parameters; zero when absent.</summary>
    public int Parameter(string name)
    {
        foreach (string line in (Parameters ?? "").Split('\n'))
        {
            string[] words = line.Split([' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 2 && words[0] == name && int.TryParse(words[1], out int value))
            {
                return value;
            }
        }

        return 0;
    }
}
