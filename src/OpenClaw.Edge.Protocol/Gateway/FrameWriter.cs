using System.Text.Json;

namespace OpenClaw.Edge.Protocol.Gateway;

/// <summary>Encodes frames. Optional members of the envelope are left out, never null: clients drop frames with nulls.</summary>
public static class FrameWriter
{
    // {type:"res", id, ok:true, payload?:any}
    /// <summary>A response that carries whatever value <paramref name="payload"/> writes.</summary>
    public static byte[] Response(string id, Action<Utf8JsonWriter> payload)
    {
        ArgumentNullException.ThrowIfNull(payload);
        FrameBuffer buffer = FrameBuffer.Take();
        Utf8JsonWriter json = buffer.Json;
        json.WriteStartObject();
        json.WriteString("type"u8, "res"u8);
        json.WriteString("id"u8, id);
        json.WriteBoolean("ok"u8, true);
        json.WritePropertyName("payload"u8);
        payload(json);
        json.WriteEndObject();
        return buffer.Finish();
    }

    // {type:"res", id, ok:false, error:{code, message, details?, retryable?, retryAfterMs?}}
    /// <summary>A response that reports a failure.</summary>
    public static byte[] Failure(string id, GatewayError error) => Failure(id, error, null);

    // {type:"res", id, ok:false, payload?:any, error:{…}}
    /// <summary>A response that reports a failure and what there is to tell all the same.</summary>
    public static byte[] Failure(string id, GatewayError error, Action<Utf8JsonWriter>? payload)
    {
        ArgumentNullException.ThrowIfNull(error);
        FrameBuffer buffer = FrameBuffer.Take();
        Utf8JsonWriter json = buffer.Json;
        json.WriteStartObject();
        json.WriteString("type"u8, "res"u8);
        json.WriteString("id"u8, id);
        json.WriteBoolean("ok"u8, false);
        if (payload is not null)
        {
            json.WritePropertyName("payload"u8);
            payload(json);
        }

        json.WritePropertyName("error"u8);
        error.Write(json);
        json.WriteEndObject();
        return buffer.Finish();
    }

    // {type:"event", event, payload?:any, seq?:int, stateVersion?:{presence,health}}
    /// <summary>An event without its closing brace, so that every connection can put its own <c>seq</c> behind it.</summary>
    public static byte[] OpenEvent(string name, Action<Utf8JsonWriter> payload, StateVersion? version = null)
    {
        ArgumentNullException.ThrowIfNull(payload);
        FrameBuffer buffer = FrameBuffer.Take();
        WriteEvent(buffer.Json, name, payload, version);
        return buffer.Finish(cut: 1);
    }

    /// <summary>An event that has no <c>seq</c>, such as <c>connect.challenge</c>.</summary>
    public static byte[] Event(string name, Action<Utf8JsonWriter> payload)
    {
        ArgumentNullException.ThrowIfNull(payload);
        FrameBuffer buffer = FrameBuffer.Take();
        WriteEvent(buffer.Json, name, payload, null);
        return buffer.Finish();
    }

    /// <summary>The JSON value that <paramref name="value"/> writes, alone.</summary>
    public static byte[] Value(Action<Utf8JsonWriter> value)
    {
        ArgumentNullException.ThrowIfNull(value);
        FrameBuffer buffer = FrameBuffer.Take();
        value(buffer.Json);
        return buffer.Finish();
    }

    private static void WriteEvent(Utf8JsonWriter json, string name, Action<Utf8JsonWriter> payload, StateVersion? version)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "event"u8);
        json.WriteString("event"u8, name);
        json.WritePropertyName("payload"u8);
        payload(json);
        if (version is { } state)
        {
            json.WriteStartObject("stateVersion"u8);
            json.WriteNumber("presence"u8, state.Presence);
            json.WriteNumber("health"u8, state.Health);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}
