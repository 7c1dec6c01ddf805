using System.Text.Json;

namespace OpenClaw.Edge.Gateway;

/// <summary>One request while it is being worked on. Params have passed the method's schema.</summary>
internal sealed class MethodCall(GatewayConnection connection, string id, string method, JsonElement parameters)
{
    /// <summary>Who asks.</summary>
    public GatewayConnection Connection => connection;

    /// <summary>Frame id.</summary>
    public string Id => id;

    /// <summary>Method name.</summary>
    public string Method => method;

    /// <summary>The params object.</summary>
    public JsonElement Params => parameters;

    /// <summary>A text member; null when absent or null.</summary>
    public string? Text(string name) =>
        parameters.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    /// <summary>A whole number; null when absent or null.</summary>
    public long? Number(string name) =>
        parameters.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number
            ? (long)value.GetDouble()
            : null;

    /// <summary>A flag; false when absent.</summary>
    public bool Flag(string name) =>
        parameters.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.True;

    /// <summary>Whether the member is there, null or not.</summary>
    public bool Has(string name) => parameters.TryGetProperty(name, out _);
}
