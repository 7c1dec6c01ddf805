using System.Text.Json;

namespace OpenClaw.Edge.Cli;

/// <summary>An event frame of the gateway.</summary>
/// <param name="Name">Such as <c>chat</c> or <c>agent</c>.</param>
/// <param name="Payload">Its payload; undefined when it has none.</param>
public readonly record struct GatewayEvent(string Name, JsonElement Payload);
