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
        bool whole = call.Method == "config.set";
        return await write.RunAsync(
            text => whole && DroppedAgents(text, raw) is { Length: > 0 } dropped ? (null, Dropped(dropped)) : (raw, null), keepEqual: false, cancellationToken) is { } error
            ? MethodReply.Fail(error)
            : Written(call, write);
    }

    // As there: a page that has an old list of agents must not take them away by saving something else.
    private static string DroppedAgents(byte[] before, byte[] after)
    {
        HashSet<string> submitted = AgentIds(after);
        return string.Join(", ", AgentIds(before).Where(id => !submitted.Contains(id)).Order(StringComparer.Ordinal));
    }

    private static string Dropped(string ids) =>
        $"config.set would remove existing agent entries: {ids}. Use the agents.delete RPC or `openclaw agents delete <id>` for intentional deletion.";

    private static HashSet<string> AgentIds(byte[] text)
    {
        HashSet<string> ids = new(StringComparer.OrdinalIgnoreCase);
        using JsonDocument? file = ConfigText.Parse(text);
        if (file is null || file.RootElement.ValueKind != JsonValueKind.Object
            || !file.RootElement.TryGetProperty("agents", out JsonElement agents) || agents.ValueKind != JsonValueKind.Object)
        {
            return ids;
        }

        if (agents.TryGetProperty("entries", out JsonElement entries) && entries.ValueKind == JsonValueKind.Object)
        {
            ids.UnionWith(entries.EnumerateObject().Select(entry => entry.Name));
        }

        foreach (JsonElement agent in agents.TryGetProperty("list", out JsonElement list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : default)
        {
            if (agent.ValueKind == JsonValueKind.Object && agent.TryGetProperty("id", out JsonElement id) && id.ValueKind == JsonValueKind.String)
            {
                ids.Add(id.GetString()!.Trim());
            }
        }

        return ids;
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

            bool waits = WriteRestart(json, call.Method, write, changed);
            if (call.Method != "config.set")
            {
                WriteSentinel(json, call, write, waits);
            }
        });
    }

    // Our own notice: this gateway follows most changes and never restarts itself for the others.
    private static bool WriteRestart(Utf8JsonWriter json, string method, ConfigWrite write, IReadOnlyList<string> changed)
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

        return kept.Count > 0;
    }

    // What the original leaves for the process that comes after its restart. There is none here, so nothing is left: persisted is false.
    private void WriteSentinel(Utf8JsonWriter json, MethodCall call, ConfigWrite write, bool restart)
    {
        json.WriteStartObject("sentinel"u8);
        json.WriteBoolean("persisted"u8, false);
        json.WriteStartObject("payload"u8);
        json.WriteString("kind"u8, call.Method == "config.patch" ? "config-patch"u8 : "config-apply"u8);
        json.WriteString("status"u8, "ok"u8);
        json.WriteNumber("ts"u8, runtime.Time.GetUtcNow().ToUnixTimeMilliseconds());
        PairingJson.WriteOptional(json, "sessionKey", call.Text("sessionKey"));
        if (call.Params.TryGetProperty("deliveryContext", out JsonElement delivery))
        {
            json.WritePropertyName("deliveryContext"u8);
            delivery.WriteTo(json);
        }

        json.WriteString("message"u8, call.Text("note")); // null without one, as there
        json.WriteString("doctorHint"u8, "Recommended follow-up: run openclaw doctor --non-interactive in a terminal or approvals-capable OpenClaw surface."u8);
        json.WriteStartObject("stats"u8);
        json.WriteString("mode"u8, call.Method);
        json.WriteString("root"u8, write.After.Path);
        json.WriteBoolean("requiresRestart"u8, restart);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteConfig(Utf8JsonWriter json, ConfigSnapshot snapshot)
    {
        json.WritePropertyName("config"u8);
        json.WriteRawValue(ConfigRedaction.Redact(snapshot.Json.Span), skipInputValidation: true);
    }
}
