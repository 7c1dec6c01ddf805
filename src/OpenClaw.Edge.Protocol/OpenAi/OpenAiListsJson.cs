using System.Text.Json;
using System.Text.Json.Serialization;

namespace OpenClaw.Edge.Protocol.OpenAi;

/// <summary>JSON of the lists and vectors of OpenAI-compatible servers and of LM Studio.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(OpenAiModelList))]
[JsonSerializable(typeof(LmStudioModelList))]
[JsonSerializable(typeof(OpenAiEmbeddingList))]
public sealed partial class OpenAiListsJson : JsonSerializerContext;
