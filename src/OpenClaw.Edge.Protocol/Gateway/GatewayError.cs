using System.Text.Json;

namespace OpenClaw.Edge.Protocol.Gateway;

/// <summary>The error of a response. Source: docs/protocol.md, frames.</summary>
/// <param name="Code">One of <see cref="ErrorCodes"/>.</param>
/// <param name="Message">For a person; clients match some of them.</param>
public sealed record GatewayError(string Code, string Message)
{
    /// <summary>Writes the <c>details</c> object's members; null for no details.</summary>
    public Action<Utf8JsonWriter>? Details { get; init; }

    /// <summary>Whether the same call may work later; null leaves the member out.</summary>
    public bool? Retryable { get; init; }

    /// <summary>When to try again, in milliseconds; null leaves the member out.</summary>
    public int? RetryAfterMs { get; init; }

    /// <summary>A refused call: the caller must change it.</summary>
    public static GatewayError Invalid(string message, Action<Utf8JsonWriter>? details = null) =>
        new(ErrorCodes.InvalidRequest, message) { Details = details };

    /// <summary>A call that did not work now.</summary>
    public static GatewayError Unavailable(string message, int? retryAfterMs = null) =>
        new(ErrorCodes.Unavailable, message)
        {
            Retryable = retryAfterMs is null ? null : true,
            RetryAfterMs = retryAfterMs,
        };

    /// <summary>Writes the error object.</summary>
    public void Write(Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject();
        json.WriteString("code"u8, Code);
        json.WriteString("message"u8, Message);
        if (Details is not null)
        {
            json.WriteStartObject("details"u8);
            Details(json);
            json.WriteEndObject();
        }

        if (Retryable is { } retryable)
        {
            json.WriteBoolean("retryable"u8, retryable);
        }

        if (RetryAfterMs is { } after)
        {
            json.WriteNumber("retryAfterMs"u8, after);
        }

        json.WriteEndObject();
    }
}
