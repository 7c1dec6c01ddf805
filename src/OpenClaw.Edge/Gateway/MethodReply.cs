using System.Text.Json;
using OpenClaw.Edge.Protocol.Gateway;

namespace OpenClaw.Edge.Gateway;

/// <summary>What a method answers: a payload or an error, or an error with what is known of the failed work.</summary>
/// <param name="Payload">Writes one JSON value.</param>
/// <param name="Error">Set when the call failed.</param>
internal readonly record struct MethodReply(Action<Utf8JsonWriter>? Payload, GatewayError? Error)
{
    /// <summary>An answer whose payload is one JSON value.</summary>
    public static MethodReply Value(Action<Utf8JsonWriter> write) => new(write, null);

    /// <summary>An answer whose payload is an object with these members.</summary>
    public static MethodReply Object(Action<Utf8JsonWriter> members) => new(
        json =>
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        },
        null);

    /// <summary>The method has sent its answer itself.</summary>
    public static MethodReply Sent => new(null, null);

    /// <summary>A failure.</summary>
    public static MethodReply Fail(GatewayError error) => new(null, error);

    /// <summary>A refused call.</summary>
    public static MethodReply Invalid(string message) => new(null, GatewayError.Invalid(message));
}
