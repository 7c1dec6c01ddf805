using System.Text.Json;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Security;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary><c>voicewake.get</c>, <c>.set</c>, <c>.routing.get</c>, <c>talk.mode</c>: what phones and desktops share about speech that they
/// do themselves. Words to wake on are kept in <c>settings/voicewake.json</c>.</summary>
internal sealed class VoiceMethods(GatewayRuntime runtime, Broadcaster broadcaster)
{
    private const string SettingName = "voicewake";
    private const int MaxTriggers = 32;
    private const int MaxLength = 64;

    private static readonly string[] s_default = ["openclaw", "claude", "computer"]; // the original's

    private readonly KeptSettings _settings = new(runtime.Paths);

    /// <summary>The methods.</summary>
    public IEnumerable<MethodEntry> Entries() =>
    [
        MethodEntry.Of("voicewake.get", OperatorScopes.Read, "", _ => MethodReply.Object(json => json.WriteTexts("triggers", Triggers()))),
        MethodEntry.Of("voicewake.set", OperatorScopes.Write, "…", Set),
        MethodEntry.Of("voicewake.routing.get", OperatorScopes.Read, "", _ => MethodReply.Object(WriteRouting)),
        MethodEntry.Of("talk.mode", OperatorScopes.Talk, "enabled!:bool phase:str", TalkMode),
    ];

    private MethodReply Set(MethodCall call)
    {
        if (!call.Params.TryGetProperty("triggers", out JsonElement list) || list.ValueKind != JsonValueKind.Array)
        {
            return MethodReply.Invalid("voicewake.set requires triggers: string[]");
        }

        string[] wanted = Clean(list);
        string[] triggers = wanted.Length > 0 ? wanted : s_default;
        try
        {
            _settings.Write(SettingName, FrameWriter.Value(json =>
            {
                json.WriteStartObject();
                json.WriteTexts("triggers", triggers);
                json.WriteEndObject();
            }));
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            return MethodReply.Fail(GatewayError.Unavailable($"{_settings.PathOf(SettingName)} cannot be written: {unwritable.Message}"));
        }

        broadcaster.Publish("voicewake.changed", OperatorScopes.None, json =>
        {
            json.WriteStartObject();
            json.WriteTexts("triggers", triggers);
            json.WriteEndObject();
        });
        return MethodReply.Object(json => json.WriteTexts("triggers", triggers));
    }

    private string[] Triggers() =>
        _settings.Read(SettingName) is { ValueKind: JsonValueKind.Object } kept
        && kept.TryGetProperty("triggers", out JsonElement list)
        && list.ValueKind == JsonValueKind.Array
        && Clean(list) is { Length: > 0 } triggers
            ? triggers
            : s_default;

    private static string[] Clean(JsonElement list) =>
    [
        .. list.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!.Trim())
            .Where(word => word.Length > 0).Select(word => word.Length <= MaxLength ? word : word[..MaxLength]).Take(MaxTriggers),
    ];

    private static void WriteRouting(Utf8JsonWriter json)
    {
        json.WriteStartObject("config"u8);
        json.WriteNumber("version"u8, 1);
        json.WriteStartObject("defaultTarget"u8);
        json.WriteString("mode"u8, "current"u8);
        json.WriteEndObject();
        json.WriteStartArray("routes"u8);
        json.WriteEndArray();
        json.WriteNumber("updatedAtMs"u8, 0);
        json.WriteEndObject();
    }

    private MethodReply TalkMode(MethodCall call)
    {
        bool enabled = call.Flag("enabled");
        string? phase = call.Text("phase");
        long now = runtime.Time.GetUtcNow().ToUnixTimeMilliseconds();
        broadcaster.Publish("talk.mode", OperatorScopes.Talk, json =>
        {
            json.WriteStartObject();
            Write(json);
            json.WriteEndObject();
        });
        return MethodReply.Object(Write);

        void Write(Utf8JsonWriter json)
        {
            json.WriteBoolean("enabled"u8, enabled);
            json.WriteString("phase"u8, phase); // an explicit null of the wire
            json.WriteNumber("ts"u8, now);
        }
    }
}
