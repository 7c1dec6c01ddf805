using System.Text.Json.Serialization;

namespace OpenClaw.Edge.Protocol.Docker;

/// <summary>JSON of the Engine API. Unknown members are skipped: engines differ; nulls are left out.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(Dictionary<string, string[]>))]
[JsonSerializable(typeof(DockerVersion))]
[JsonSerializable(typeof(DockerInfo))]
[JsonSerializable(typeof(ImageSummary[]))]
[JsonSerializable(typeof(ImageInspect))]
[JsonSerializable(typeof(ContainerCreateRequest))]
[JsonSerializable(typeof(DockerId))]
[JsonSerializable(typeof(DockerMessage))]
[JsonSerializable(typeof(ContainerSummary[]))]
[JsonSerializable(typeof(ContainerInspect))]
[JsonSerializable(typeof(ExecCreateRequest))]
[JsonSerializable(typeof(ExecStartRequest))]
[JsonSerializable(typeof(ExecInspect))]
[JsonSerializable(typeof(ProgressLine))]
[JsonSerializable(typeof(DockerEvent))]
[JsonSerializable(typeof(ContainerStats))]
public sealed partial class DockerJson : JsonSerializerContext;
