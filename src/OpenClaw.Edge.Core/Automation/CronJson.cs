using System.Text.Json.Serialization;

namespace OpenClaw.Edge.Automation;

/// <summary>Jobs and runs as JSON: the same on the wire and in the database.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(CronJob))]
[JsonSerializable(typeof(CronRunEntry))]
public sealed partial class CronJson : JsonSerializerContext;
