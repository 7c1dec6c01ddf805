using System.Text.Json;

namespace OpenClaw.Edge.TestKit.Gateways;

/// <summary>The gateway answered a request with an error frame.</summary>
public sealed class GatewayCallException(string code, string message, JsonElement error) : Exception($"{code}: {message}")
{
    /// <summary>The error's code.</summary>
    public string Code { get; } = code;

    /// <summary>The whole error object.</summary>
    public JsonElement Error { get; } = error;
}
