using System.Buffers;
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

        List<string> kept = NeedsRestart(write.After.Config.Gateway.Reload.Mode == "off", changed);
        bool isSet = call.Method == "config.set";
        byte[]? sentinel = isSet ? null : SentinelOf(call, write, kept.Count > 0);
        bool persisted = sentinel is not null && new RestartSentinel(runtime).Write(sentinel); // before the restart, and before the answer
        RestartTicket? restart = isSet || kept.Count == 0 ? null : AskRestart(call, write);
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

            json.WriteString("reloadKind"u8, kept.Count > 0 ? ConfigReloadKinds.Restart
                : changed.Any(path => ConfigReloadKinds.Of(path) == ConfigReloadKinds.Hot) ? ConfigReloadKinds.Hot
                : ConfigReloadKinds.None);
            restart?.Write(json);
            if (kept.Count > 0 && !runtime.Restarts.IsAble)
            {
                WriteNotice(json, call.Method, kept);
            }

            if (sentinel is not null)
            {
                json.WriteStartObject("sentinel"u8);
                json.WriteBoolean("persisted"u8, persisted);
                json.WritePropertyName("payload"u8);
                json.WriteRawValue(sentinel, skipInputValidation: true);
                json.WriteEndObject();
            }
        });
    }

    private static List<string> NeedsRestart(bool isOff, IReadOnlyList<string> changed) =>
        [.. changed.Where(path => ConfigReloadKinds.Of(path) is var kind && (isOff ? kind != ConfigReloadKinds.None : kind == ConfigReloadKinds.Restart))];

    // As there: where changes are followed, the restart comes by itself and nothing is said of it; else it is asked for here.
    private RestartTicket? AskRestart(MethodCall call, ConfigWrite write) => write.After.Config.Gateway.Reload.Mode == "off"
        ? runtime.Restarts.Ask(call.Method, call.Params.TryGetProperty("restartDelayMs", out JsonElement ms) ? ms.GetInt64() : null)
        : null;

    private static void WriteNotice(Utf8JsonWriter json, string method, List<string> kept)
    {
        json.WriteStartObject("restart"u8);
        json.WriteBoolean("ok"u8, false);
        json.WriteBoolean("required"u8, true);
        json.WriteString("reason"u8, method);
        json.WriteTexts("paths", kept);
        json.WriteString("message"u8, "Saved. This gateway runs inside another program and cannot start itself anew: restart that to use these keys.");
        json.WriteEndObject();
    }

    private byte[] SentinelOf(MethodCall call, ConfigWrite write, bool restart)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            WriteSentinel(json, call, write, restart);
        }

        return buffer.WrittenSpan.ToArray();
    }

    // What the next start tells the session, told to whoever asks for the change as well.
    private void WriteSentinel(Utf8JsonWriter json, MethodCall call, ConfigWrite write, bool restart)
    {
        json.WriteStartObject();
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
    }

    private static void WriteConfig(Utf8JsonWriter json, ConfigSnapshot snapshot)
    {
        json.WritePropertyName("config"u8);
        json.WriteRawValue(ConfigRedaction.Redact(snapshot.Json.Span), skipInputValidation: true);
    }
}
