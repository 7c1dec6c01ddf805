using System.Text.Json.Serialization;

namespace OpenClaw.Edge.Care;

/// <summary>Documents of this folder.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(BackupManifest))]
internal sealed partial class CareJson : JsonSerializerContext;
