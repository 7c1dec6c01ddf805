using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Security;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary><c>node.event</c>: what a node tells by itself. Which sessions it follows, how its machine is, what its commands did, what was
/// said to it, and what it wants the agent to do.</summary>
internal sealed class NodeEventMethods(GatewayRuntime runtime, PairingEvents events, NodeSessions nodes)
{
    private const int MaxMessage = 20_000; // as there
    private const int MaxOutput = 180; // as there
    private const int MaxNotice = 120; // as there
    private const long EchoMs = 1500; // as there: a transcript that comes twice
    private const int MaxEchoes = 200; // as there
    private const long MaxIdleSeconds = 2_592_000; // as there

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (string Print, long AtMs)> _heard = new(StringComparer.Ordinal);

    /// <summary>The methods.</summary>
    public IEnumerable<MethodEntry> Entries() =>
    [
        new("node.event", OperatorScopes.None, "event!:str1 payload:any payloadJSON:str? …", TakeAsync) { Role = MethodRole.Node },
    ];

    private async ValueTask<MethodReply> TakeAsync(MethodCall call, CancellationToken cancellationToken)
    {
        string name = call.Text("event")!;
        JsonElement about = Payload(call);
        string nodeId = call.Connection.Grant!.DeviceId!;
        switch (name)
        {
            case "node.presence.alive":
                return Alive(about, nodeId, name);
            case "node.host.stats":
                return HostStats(about, nodeId, name);
            case "node.presence.activity":
                return Activity(call, about, nodeId, name);
            case "node.desktop.availability":
                return Desktop(about, nodeId, name);
            case "chat.subscribe" or "chat.unsubscribe":
                Follow(call, about, name == "chat.subscribe");
                return Done();
            case "exec.started" or "exec.finished" or "exec.denied":
                return Command(call, about, nodeId, name);
            case "notifications.changed":
                Notified(call, about, nodeId);
                return Done();
            case "voice.transcript":
                await HeardAsync(call, about);
                return Done();
            case "agent.request":
                await AskedAsync(call, about, nodeId);
                return Done();
            default:
                return Answer(name, handled: false, "unsupported_event");
        }
    }

    private MethodReply Alive(JsonElement about, string nodeId, string name)
    {
        if (about.ValueKind != JsonValueKind.Object)
        {
            return Answer(name, handled: false, "invalid_payload");
        }

        if (!nodes.Facts.IsFirstSign(nodeId))
        {
            return Answer(name, handled: true, "throttled");
        }

        if (runtime.Devices.Find(nodeId) is { } device)
        {
            string trigger = Text(about, "trigger")?.ToLowerInvariant() ?? "";
            runtime.Devices.NoteSeen(
                device,
                trigger is "silent_push" or "bg_app_refresh" or "significant_location" or "manual" or "connect" ? trigger : "background");
        }

        return Answer(name, handled: true, "persisted");
    }

    private MethodReply HostStats(JsonElement about, string nodeId, string name)
    {
        if (about.ValueKind != JsonValueKind.Object || nodes.Facts.SetHostStats(nodeId, about) is not { } stats)
        {
            return Answer(name, handled: false, "invalid_payload");
        }

        events.NodeHostStats(nodeId, stats);
        return Answer(name, handled: true, "updated");
    }

    private MethodReply Desktop(JsonElement about, string nodeId, string name) =>
        about.ValueKind == JsonValueKind.Object && Text(about, "state") is ("locked" or "unlocked" or "unknown") and string state && about.GetPropertyCount() == 1
            ? Answer(name, handled: true, nodes.Facts.SetDesktop(nodeId, state) ? "updated" : "unchanged")
            : Answer(name, handled: false, "invalid_payload");

    private MethodReply Activity(MethodCall call, JsonElement about, string nodeId, string name)
    {
        if (Text(about, "action") == "clear")
        {
            bool known = nodes.Facts.Unused(nodeId);
            if (known)
            {
                events.NodeUsed(nodeId, null);
            }

            return Answer(name, handled: true, known ? "cleared" : "already_clear");
        }

        string? source = Text(about, "source");
        if (about.ValueKind != JsonValueKind.Object || source is not (null or "app" or "system")
            || !about.TryGetProperty("idleSeconds", out JsonElement idle) || idle.ValueKind != JsonValueKind.Number
            || !idle.TryGetInt64(out long seconds) || seconds is < 0 or > MaxIdleSeconds)
        {
            return Answer(name, handled: false, "invalid_payload");
        }

        ConnectClient client = call.Connection.Grant!.Client;
        bool app = source == "app";
        if (app && !(client.Id == "openclaw-macos" && client.Mode == "node"))
        {
            return Answer(name, handled: false, "stale_connection");
        }

        if (!app && !call.Connection.Grant.Declared.Permissions.GetValueOrDefault("accessibility"))
        {
            return Answer(name, handled: false, "permission_required");
        }

        bool saturated = about.TryGetProperty("saturated", out JsonElement flag) && flag.ValueKind == JsonValueKind.True;
        events.NodeUsed(nodeId, nodes.Facts.Used(nodeId, seconds, app, saturated));
        return Answer(name, handled: true, "updated");
    }

    private void Follow(MethodCall call, JsonElement about, bool wanted)
    {
        if (Text(about, "sessionKey") is not { } text || !Target(call, text, out SessionKey key))
        {
            return;
        }

        if (wanted)
        {
            call.Connection.Subscriptions.TryAdd(key.Text);
        }
        else
        {
            call.Connection.Subscriptions.Remove(key.Text);
        }

        events.AudienceChanged();
    }

    // Only about what it was asked to run: a node must not put words into any session.
    private MethodReply Command(MethodCall call, JsonElement about, string nodeId, string name)
    {
        if (about.ValueKind != JsonValueKind.Object)
        {
            return Done();
        }

        string session = Text(about, "sessionKey") ?? $"node-{nodeId}";
        string? runId = Text(about, "runId");
        if (runId is null || !nodes.Runs.Take(call.Connection, runId, session, last: name != "exec.started"))
        {
            return Answer(name, handled: false, "unmatched_exec_event");
        }

        bool quiet = about.TryGetProperty("suppressNotifyOnExit", out JsonElement flag) && flag.ValueKind == JsonValueKind.True;
        if (quiet || name == "exec.denied" || !Target(call, session, out SessionKey key))
        {
            return Done();
        }

        string text;
        if (name == "exec.started")
        {
            text = $"Exec started (node={nodeId} id={runId})" + (Text(about, "command") is { } command ? $": {command}" : "");
        }
        else
        {
            bool late = about.TryGetProperty("timedOut", out JsonElement timed) && timed.ValueKind == JsonValueKind.True;
            string code = about.TryGetProperty("exitCode", out JsonElement exit) && exit.ValueKind == JsonValueKind.Number ? exit.GetRawText() : "?";
            string output = Compact(Text(about, "output") ?? "", MaxOutput);
            if (!late && code == "0" && output.Length == 0)
            {
                return Done();
            }

            text = $"Exec finished (node={nodeId} id={runId}, {(late ? "timeout" : $"code {code}")})" + (output.Length > 0 ? $"\n{output}" : "");
        }

        runtime.Heartbeat.Note(key, text, "exec-event", now: true, isForeign: true);
        return Done();
    }

    private void Notified(MethodCall call, JsonElement about, string nodeId)
    {
        string? change = Text(about, "change")?.ToLowerInvariant();
        if (change is not ("posted" or "removed") || Text(about, "key") is not { } key
            || !Target(call, Text(about, "sessionKey") ?? "main", out SessionKey session))
        {
            return;
        }

        StringBuilder text = new();
        text.Append("Notification ").Append(change).Append(" (node=").Append(nodeId).Append(" key=").Append(Compact(key, MaxNotice));
        if (Text(about, "packageName") is { } package)
        {
            text.Append(" package=").Append(Compact(package, MaxNotice));
        }

        text.Append(')');
        if (change == "posted")
        {
            string words = string.Join(" - ", ((string[])["title", "text"])
                .Select(member => Compact(Text(about, member) ?? "", MaxNotice)).Where(part => part.Length > 0));
            text.Append(words.Length > 0 ? ": " : "").Append(words);
        }

        // What another app shows is written by anybody: it is told as foreign.
        string note = text.ToString();
        if (runtime.Heartbeat.Note(session, note, "notifications-event", now: false, isForeign: true))
        {
            runtime.Heartbeat.Note(session, note, "notifications-event", now: true, isForeign: true); // wakes, and adds nothing
        }
    }

    private async Task HeardAsync(MethodCall call, JsonElement about)
    {
        if (Text(about, "text") is { Length: <= MaxMessage } text
            && Target(call, Text(about, "sessionKey") ?? "main", out SessionKey key)
            && IsNews(key.Text, PrintOf(about, text)))
        {
            await StartAsync(call, key, text, [], "low", null);
        }
    }

    private async Task AskedAsync(MethodCall call, JsonElement about, string nodeId)
    {
        if (about.ValueKind != JsonValueKind.Object
            || !Target(call, Text(about, "sessionKey") ?? $"node-{nodeId}", out SessionKey key)
            || !ChatAttachments.TryRead(new MethodCall(call.Connection, call.Id, call.Method, about), out IReadOnlyList<PromptImage> images, out _))
        {
            return;
        }

        string message = Text(about, "message") ?? "";
        if (message.Length <= MaxMessage && (message.Length > 0 || images.Count > 0))
        {
            TimeSpan? timeout = about.TryGetProperty("timeoutSeconds", out JsonElement seconds) && seconds.ValueKind == JsonValueKind.Number
                && seconds.GetDouble() is > 0 and <= 86_400 and double wanted ? TimeSpan.FromSeconds(wanted) : null;
            await StartAsync(call, key, message, images, Text(about, "thinking"), timeout);
        }
    }

    // A node is no person with rights: its turns have no sender who could lift commands out of the sandbox.
    private async Task StartAsync(MethodCall call, SessionKey key, string message, IReadOnlyList<PromptImage> images, string? think, TimeSpan? timeout) =>
        await runtime.Runs.StartAsync(
            new RunRequest
            {
                RunId = Guid.NewGuid().ToString(),
                SessionKey = key,
                Message = message,
                Images = images,
                Source = "agent",
                Think = think,
                Timeout = timeout,
                ConnectionId = call.Connection.Id,
                Client = call.Connection.Grant!.Program,
            },
            CancellationToken.None);

    private bool IsNews(string session, string print)
    {
        long now = runtime.Time.GetUtcNow().ToUnixTimeMilliseconds();
        lock (_gate)
        {
            if (_heard.TryGetValue(session, out (string Print, long AtMs) before) && before.Print == print && now - before.AtMs <= EchoMs)
            {
                return false;
            }

            if (_heard.Count >= MaxEchoes && !_heard.ContainsKey(session))
            {
                _heard.Clear(); // older than what is compared, nearly always
            }

            _heard[session] = (print, now);
            return true;
        }
    }

    private static string PrintOf(JsonElement about, string text)
    {
        if ((Text(about, "eventId") ?? Text(about, "providerEventId") ?? Text(about, "transcriptId")) is { } id)
        {
            return $"event:{id}";
        }

        string? call = Text(about, "providerCallId") ?? Text(about, "callId");
        string? number = Number(about, "sequence") ?? Number(about, "seq");
        string? at = Number(about, "timestamp") ?? Number(about, "ts") ?? Number(about, "eventTimestamp");
        return call is not null && number is not null ? $"call-seq:{call}:{number}"
            : call is not null && at is not null ? $"call-ts:{call}:{at}"
            : at is not null ? $"timestamp:{at}|text:{text}"
            : $"text:{text}";
    }

    private bool Target(MethodCall call, string text, out SessionKey key) =>
        SessionTarget.TryParse(text, null, runtime.AgentsOf(call), out key, out _);

    private static JsonElement Payload(MethodCall call)
    {
        if (call.Text("payloadJSON") is not { } text)
        {
            return call.Params.TryGetProperty("payload", out JsonElement inline) ? inline : default;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return default;
        }
    }

    private static string? Text(JsonElement from, string name) =>
        from.ValueKind == JsonValueKind.Object && from.TryGetProperty(name, out JsonElement value)
        && value.ValueKind == JsonValueKind.String && value.GetString()!.Trim() is { Length: > 0 } text
            ? text
            : null;

    private static string? Number(JsonElement from, string name) =>
        from.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetRawText() : null;

    private static string Compact(string text, int most)
    {
        string one = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        int end = one.Length > most && char.IsHighSurrogate(one[most - 2]) ? most - 2 : most - 1;
        return one.Length <= most ? one : string.Concat(one.AsSpan(0, end), "…");
    }

    private static MethodReply Answer(string name, bool handled, string reason) => MethodReply.Object(json =>
    {
        json.WriteBoolean("ok"u8, true);
        json.WriteString("event"u8, name);
        json.WriteBoolean("handled"u8, handled);
        json.WriteString("reason"u8, reason);
    });

    private static MethodReply Done() => MethodReply.Object(json => json.WriteBoolean("ok"u8, true));
}
