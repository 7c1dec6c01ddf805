using System.Text.Json;
using OpenClaw.Edge.Protocol.Ollama;
using Xunit;

namespace OpenClaw.Edge.Protocol.Tests;

/// <summary>Something else may listen where a model server was expected, and answer with an object of its own.</summary>
public sealed class ListsThatAreMissing
{
    [Theory]
    [InlineData("""{"version":"0.5.1"}""")]
    [InlineData("{}")]
    public void Are_empty_lists(string text)
    {
        Assert.Empty(JsonSerializer.Deserialize(text, OllamaJson.Default.OllamaTags)!.Models);
        Assert.Empty(JsonSerializer.Deserialize(text, OllamaJson.Default.OllamaEmbeddings)!.Embeddings);
    }
}
