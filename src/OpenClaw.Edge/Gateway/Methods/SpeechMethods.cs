using System.Text.Json;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Security;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary><c>tts.*</c>: whether answers should be spoken is kept in <c>settings/tts.json</c>, in the original's shape; there is nobody here
/// who could speak, and the methods answer as the original does without a provider.</summary>
internal sealed class SpeechMethods(GatewayRuntime runtime)
{
    private const string SettingName = "tts";

    private static readonly GatewayError s_nobody = GatewayError.Unavailable("TTS conversion failed: no provider registered");

    private readonly KeptSettings _settings = new(runtime.Paths);

    /// <summary>The methods.</summary>
    public IEnumerable<MethodEntry> Entries() =>
    [
        MethodEntry.Of("tts.status", OperatorScopes.Read, "", _ => MethodReply.Object(WriteStatus)),
        MethodEntry.Of("tts.enable", OperatorScopes.Write, "…", _ => Switch(on: true)),
        MethodEntry.Of("tts.disable", OperatorScopes.Write, "…", _ => Switch(on: false)),
        MethodEntry.Of("tts.providers", OperatorScopes.Read, "", _ => MethodReply.Object(json =>
        {
            json.WriteTexts("providers", []);
            json.WriteString("active"u8, ""u8);
        })),
        MethodEntry.Of("tts.personas", OperatorScopes.Read, "", _ => MethodReply.Object(json =>
        {
            json.WriteNull("active"u8); // an explicit null of the wire
            json.WriteTexts("personas", []);
        })),
        Refused("tts.convert", "text!:str1 …", s_nobody),
        Refused("tts.speak", "text!:str1 …", s_nobody),
        Refused("tts.setProvider", "provider!:str1", GatewayError.Invalid("Invalid provider. Use a registered TTS provider id.")),
    ];

    private static MethodEntry Refused(string name, string notation, GatewayError error) =>
        MethodEntry.Of(name, OperatorScopes.Write, notation, _ => MethodReply.Fail(error)) with { Advertised = false };

    private MethodReply Switch(bool on)
    {
        try
        {
            _settings.Write(SettingName, FrameWriter.Value(json =>
            {
                json.WriteStartObject();
                json.WriteStartObject("tts"u8);
                json.WriteString("auto"u8, on ? "always"u8 : "off"u8);
                json.WriteEndObject();
                json.WriteEndObject();
            }));
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            return MethodReply.Fail(GatewayError.Unavailable($"{_settings.PathOf(SettingName)} cannot be written: {unwritable.Message}"));
        }

        return MethodReply.Object(json => json.WriteBoolean("enabled"u8, on));
    }

    private string Mode() =>
        _settings.Read(SettingName) is { ValueKind: JsonValueKind.Object } kept
        && kept.TryGetProperty("tts", out JsonElement speech)
        && speech.ValueKind == JsonValueKind.Object
        && speech.TryGetProperty("auto", out JsonElement auto)
        && auto.GetString() is "always" or "inbound" or "tagged"
            ? auto.GetString()!
            : "off";

    private void WriteStatus(Utf8JsonWriter json)
    {
        string mode = Mode();
        json.WriteBoolean("enabled"u8, mode != "off");
        json.WriteString("auto"u8, mode);
        json.WriteString("provider"u8, ""u8);
        json.WriteNull("persona"u8);
        json.WriteTexts("personas", []);
        json.WriteNull("fallbackProvider"u8);
        json.WriteTexts("fallbackProviders", []);
        json.WriteString("prefsPath"u8, _settings.PathOf(SettingName));
        json.WriteTexts("providerStates", []);
    }
}
