using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Security;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary><c>config.set</c>, <c>config.apply</c> (the whole text) and <c>config.patch</c> (a JSON merge patch).</summary>
internal sealed class ConfigWriteMethods(GatewayRuntime runtime, Broadcaster broadcaster)
{
    private const string ApplyParams =
        "raw!:str1 baseHash:str1 sessionKey:str deliveryContext:obj note:str restartDelayMs:int(0..)";

    /// <summary>The methods.</summary>
    public IEnumerable<MethodEntry> Entries() =>
    [
        new("config.set", OperatorScopes.Admin, "raw!:str1 baseHash:str1", ReplaceAsync),
        new("config.apply", OperatorScopes.Admin, ApplyParams, ReplaceAsync) { IsControlPlaneWrite = true },
        new("config.patch", OperatorScopes.Admin, $"{ApplyParams} replacePaths:strs", PatchAsync) { IsControlPlaneWrite = true },
    ];

    private async ValueTask<MethodReply> ReplaceAsync(MethodCall call, CancellationToken cancellationToken)
    {
        byte[] raw = Encoding.UTF8.GetBytes(call.Text("raw")!);
        var write = new ConfigWrite(runtime, call.Text("baseHash"));
        return await write.RunAsync(_ => (raw, null), keepEqual: false, cancellationToken) is { } error
            ? MethodReply.Fail(error)
            : Written(call, write);
    }

    private async ValueTask<MethodReply> PatchAsync(MethodCall call, CancellationToken cancellationToken)
    {
        byte[] patch = Encoding.UTF8.GetBytes(call.Text("raw")!);
        string[] replace = call.Params.TryGetProperty("replacePaths", out JsonElement paths)
            ? [.. paths.EnumerateArray().Select(path => path.GetString()!)]
            : [];
        var write = new ConfigWrite(runtime, call.Text("baseHash"));
        GatewayError? error = await write.RunAsync(
            text => ConfigMergePatch.TryApply(text, patch, replace, out byte[]? edited, out string? problem) ? (edited, null) : (null, problem),
            keepEqual: true,
            cancellationToken);
        if (error is not null)
        {
            return MethodReply.Fail(error);
        }

        if (write.Changed)
        {
            return Written(call, write);
        }

        return MethodReply.Object(json =>
        {
            json.WriteBoolean("ok"u8, true);
            json.WriteBoolean("noop"u8, true);
            json.WriteStartArray("changedPaths"u8);
            json.WriteEndArray();
            json.WriteString("path"u8, write.Before.Path);
            json.WriteString("hash"u8, write.Before.Hash);
            WriteConfig(json, write.Before);
        });
    }

    private MethodReply Written(MethodCall call, ConfigWrite write)
    {
        IReadOnlyList<string> changed = ConfigDiff.Paths(write.Before.Json, write.After.Json);
        if (write.Changed && changed.Count == 0)
        {
            broadcaster.PublishConfig(write.After); // comments only: the values in force are told to nobody else
        }

        return MethodReply.Object(json =>
        {
            json.WriteBoolean("ok"u8, true);
            json.WriteString("path"u8, write.After.Path);
            json.WriteString("hash"u8, write.After.Hash);
            WriteConfig(json, write.After);
            if (call.Method == "config.patch")
            {
                json.WriteTexts("changedPaths", changed);
            }

            WriteRestart(json, call.Method, write, changed);
        });
    }

    // Our own notice: this gateway follows most changes and never restarts itself for the others.
    private static void WriteRestart(Utf8JsonWriter json, string method, ConfigWrite write, IReadOnlyList<string> changed)
    {
        bool off = write.Before.Config.Gateway.Reload.Mode == "off";
        List<string> kept = [.. changed.Where(path => off || ConfigReloadKinds.Of(path) == ConfigReloadKinds.Restart)];
        json.WriteString("reloadKind"u8, kept.Count > 0 ? ConfigReloadKinds.Restart
            : changed.Any(path => ConfigReloadKinds.Of(path) == ConfigReloadKinds.Hot) ? ConfigReloadKinds.Hot
            : ConfigReloadKinds.None);
        if (kept.Count > 0)
        {
            json.WriteStartObject("restart"u8);
            json.WriteBoolean("ok"u8, false);
            json.WriteBoolean("required"u8, true);
            json.WriteString("reason"u8, method);
            json.WriteTexts("paths", kept);
            json.WriteString("message"u8, "Saved. Restart the gateway to use these keys; it does not restart itself.");
            json.WriteEndObject();
        }
    }

    private static void WriteConfig(Utf8JsonWriter json, ConfigSnapshot snapshot)
    {
        json.WritePropertyName("config"u8);
        json.WriteRawValue(ConfigRedaction.Redact(snapshot.Json.Span), skipInputValidation: true);
    }
}
