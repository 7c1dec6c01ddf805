using System.Text.Json;
using System.Text.Json.Serialization;

namespace OpenClaw.Edge.Protocol.Ollama;

/// <summary>JSON of Ollama's lists and vectors.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(OllamaTags))]
[JsonSerializable(typeof(OllamaShow))]
[JsonSerializable(typeof(OllamaEmbeddings))]
public sealed partial class OllamaJson : JsonSerializerContext;
