using System.Text.Json.Serialization;

namespace OpenClaw.Edge.Protocol.Docker;

/// <summary>Body of a refusal.</summary>
/// <param name="Message">Why.</param>
public sealed record DockerMessage([property: JsonPropertyName("message")] string? Message);
