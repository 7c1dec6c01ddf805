using System.Text.Json.Serialization;

namespace OpenClaw.Edge.Protocol.Docker;

/// <summary>Answer of <c>GET /containers/{id}/stats?one-shot=1</c>, as far as it is used.</summary>
/// <param name="Memory">Memory.</param>
/// <param name="Pids">Processes.</param>
public sealed record ContainerStats(
    [property: JsonPropertyName("memory_stats")] ContainerMemoryStats? Memory,
    [property: JsonPropertyName("pids_stats")] ContainerPidsStats? Pids);
