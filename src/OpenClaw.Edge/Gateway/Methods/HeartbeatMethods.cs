using System.Text.Json;
using OpenClaw.Edge.Automation;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Security;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary><c>wake</c>, <c>system-event</c>, <c>set-heartbeats</c>, <c>last-heartbeat</c>, and the event <c>heartbeat</c>.</summary>
internal sealed class HeartbeatMethods(GatewayRuntime runtime, Broadcaster broadcaster, PresenceBoard presence)
{
    // In the order of the original's presence entries.
    private static readonly string[] s_about =
    [
        "host", "ip", "version", "platform", "deviceFamily", "modelIdentifier", "mode", "lastInputSeconds", "reason", "deviceId", "roles", "scopes",
        "tags", "instanceId",
    ];

    /// <summary>The methods.</summary>
    public IEnumerable<MethodEntry> Entries() =>
    [
        MethodEntry.Of("wake", OperatorScopes.Write, "mode!:now|next-heartbeat text!:str1 sessionKey:str1 agentId:str1", Wake),
        MethodEntry.Of("system-event", OperatorScopes.Admin, "text!:str …", SystemEvent),
        MethodEntry.Of("set-heartbeats", OperatorScopes.Admin, "…", Switch),
        MethodEntry.Of("last-heartbeat", OperatorScopes.Read, "", _ => MethodReply.Value(json => Write(json, runtime.Heartbeat.Last))),
    ];

    /// <summary>Tells everybody how a heartbeat ended.</summary>
    public static void Tell(Broadcaster broadcaster, HeartbeatEvent told) =>
        broadcaster.Publish("heartbeat", OperatorScopes.None, json => Write(json, told));

    private MethodReply Wake(MethodCall call)
    {
        string agentId = call.Text("agentId") ?? runtime.Agents().Default.Id;
        if (!SessionTarget.TryParse(call.Text("sessionKey") ?? "main", agentId, runtime.Agents(), out SessionKey key, out GatewayError? error))
        {
            return MethodReply.Fail(error);
        }

        string text = call.Text("text")!.Trim();
        if (text.Length == 0)
        {
            return MethodReply.Object(json => json.WriteBoolean("ok"u8, false));
        }

        // Who names a session wants it told there, not at the next beat of the main one.
        runtime.Heartbeat.Note(key, text, "wake", call.Text("mode") == "now" || call.Has("sessionKey"));
        return MethodReply.Object(json => json.WriteBoolean("ok"u8, true));
    }

    private MethodReply SystemEvent(MethodCall call)
    {
        string text = call.Text("text")?.Trim() ?? "";
        if (text.Length == 0)
        {
            return MethodReply.Invalid("text required");
        }

        long now = runtime.Time.GetUtcNow().ToUnixTimeMilliseconds();
        string key = call.Text("deviceId") ?? call.Text("instanceId") ?? call.Text("host") ?? text;
        JsonElement about = call.Params.Clone();
        presence.Note(new PresenceNote(
            key.ToLowerInvariant(), now, text,
            [.. s_about.SelectMany(name => about.EnumerateObject().Where(member => member.Name == name && IsPlain(member.Value)))]));
        if (!text.StartsWith("Node:", StringComparison.Ordinal)) // a machine's sign of life is for the list alone
        {
            runtime.Heartbeat.Note(SessionKey.Main(runtime.Agents().Default.Id), text, "system", now: false);
        }

        broadcaster.PublishPresence();
        return MethodReply.Object(json => json.WriteBoolean("ok"u8, true));
    }

    private MethodReply Switch(MethodCall call)
    {
        if (!call.Params.TryGetProperty("enabled", out JsonElement enabled) || enabled.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
        {
            return MethodReply.Invalid("invalid set-heartbeats params: enabled (boolean) required");
        }

        bool on = enabled.GetBoolean();
        runtime.Heartbeat.IsEnabled = on;
        return MethodReply.Object(json =>
        {
            json.WriteBoolean("ok"u8, true);
            json.WriteBoolean("enabled"u8, on);
        });
    }

    private static bool IsPlain(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!.Length is > 0 and <= 512,
        JsonValueKind.Number => true,
        JsonValueKind.Array => value.GetArrayLength() is > 0 and <= 32
            && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String && item.GetString()!.Length <= 128),
        _ => false,
    };

    private static void Write(Utf8JsonWriter json, HeartbeatEvent? told)
    {
        if (told is null)
        {
            json.WriteNullValue();
            return;
        }

        json.WriteStartObject();
        json.WriteNumber("ts"u8, told.Ts);
        json.WriteString("status"u8, told.Status);
        Text(json, "preview", told.Preview);
        Text(json, "reason", told.Reason);
        Flag(json, "hasMedia", told.HasMedia);
        if (told.DurationMs is { } took)
        {
            json.WriteNumber("durationMs"u8, took);
        }

        Flag(json, "silent", told.Silent);
        Text(json, "indicatorType", told.IndicatorType);
        Text(json, "message", told.Message);
        json.WriteEndObject();
    }

    private static void Text(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    private static void Flag(Utf8JsonWriter json, string name, bool? value)
    {
        if (value is { } flag)
        {
            json.WriteBoolean(name, flag);
        }
    }
}
