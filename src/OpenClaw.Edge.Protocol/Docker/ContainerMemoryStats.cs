using System.Text.Json.Serialization;

namespace OpenClaw.Edge.Protocol.Docker;

/// <summary>Memory of a container in bytes; null where the engine does not count.</summary>
/// <param name="Usage">In use.</param>
/// <param name="Limit">Allowed.</param>
public sealed record ContainerMemoryStats([property: JsonPropertyName("usage")] long? Usage, [property: JsonPropertyName("limit")] decimal? Limit);
