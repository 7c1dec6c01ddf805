using System.Text.Json.Serialization;

namespace OpenClaw.Edge.Protocol.Docker;

/// <summary>Processes of a container; null where the engine does not count.</summary>
/// <param name="Current">Now.</param>
public sealed record ContainerPidsStats([property: JsonPropertyName("current")] long? Current);
