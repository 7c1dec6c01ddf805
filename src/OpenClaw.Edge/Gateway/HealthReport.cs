using System.Text.Json;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Automation;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Diagnostics;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.Storage;

namespace OpenClaw.Edge.Gateway;

/// <summary>The result of <c>health</c>, made at most once a minute unless asked to probe. Thread-safe.</summary>
internal sealed class HealthReport(GatewayRuntime runtime, ProcessVitals vitals)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(60); // docs/protocol.md, limits and timers
    private const int RecentSessions = 5;
    private const string UnreadableCode = "state-unreadable";

    private readonly Lock _gate = new();
    private byte[] _report = [];
    private long _madeAt;
    private long _version;

    /// <summary>Grows with each report.</summary>
    public long Version => Volatile.Read(ref _version);

    /// <summary>Writes the current report.</summary>
    public void Write(Utf8JsonWriter json, bool fresh = false) => json.WriteRawValue(Current(fresh), skipInputValidation: true);

    /// <summary>The current report as JSON.</summary>
    public byte[] Current(bool fresh)
    {
        lock (_gate)
        {
            if (fresh || _report.Length == 0 || runtime.Time.GetElapsedTime(_madeAt) >= Lifetime)
            {
                _report = FrameWriter.Value(WriteReport);
                _madeAt = runtime.Time.GetTimestamp();
                Interlocked.Increment(ref _version);
            }

            return _report;
        }
    }

    private void WriteReport(Utf8JsonWriter json)
    {
        long started = runtime.Time.GetTimestamp();
        AgentCatalog agents = runtime.Agents();
        IReadOnlyList<(string AgentId, HeartbeatConfig Config)> beats = HeartbeatPlan.Of(runtime.Config.Current.Config, agents);
        json.WriteStartObject();
        json.WriteBoolean("ok"u8, true);
        json.WriteNumber("ts"u8, runtime.Time.GetUtcNow().ToUnixTimeMilliseconds());
        WriteEmpty(json);
        json.WriteNumber("heartbeatSeconds"u8, (long)(EveryOf(beats, agents.Default.Id) ?? TimeSpan.Zero).TotalSeconds);
        json.WriteString("defaultAgentId"u8, agents.Default.Id);
        json.WriteStartArray("agents"u8);
        foreach (AgentEntry agent in agents.All)
        {
            json.WriteStartObject();
            json.WriteString("agentId"u8, agent.Id);
            PairingJson.WriteOptional(json, "name", agent.Name == agent.Id ? null : agent.Name);
            json.WriteBoolean("isDefault"u8, agent.Id == agents.Default.Id);
            WriteHeartbeat(json, agent.Id, EveryOf(beats, agent.Id));
            json.WritePropertyName("sessions"u8);
            WriteSessions(json, agent.Id);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WritePropertyName("sessions"u8);
        WriteSessions(json, null);
        WriteWarnings(json);
        WriteModelRuntime(json, runtime);
        vitals.Write(json);
        json.WriteNumber("durationMs"u8, (long)runtime.Time.GetElapsedTime(started).TotalMilliseconds);
        json.WriteEndObject();
    }

    private static TimeSpan? EveryOf(IReadOnlyList<(string AgentId, HeartbeatConfig Config)> beats, string agentId) =>
        beats.FirstOrDefault(beat => beat.AgentId == agentId).Config?.Every;

    private void WriteSessions(Utf8JsonWriter json, string? agentId)
    {
        SessionPage page = List(agentId);
        long now = runtime.Time.GetUtcNow().ToUnixTimeMilliseconds();
        json.WriteStartObject();
        json.WriteString("path"u8, runtime.Paths.DatabasePath);
        json.WriteNumber("count"u8, page.TotalCount);
        json.WriteStartArray("recent"u8);
        foreach (SessionRow row in page.Rows)
        {
            json.WriteStartObject();
            json.WriteString("key"u8, row.Key.Text);
            json.WriteNumber("updatedAt"u8, row.UpdatedAtMs);
            json.WriteNumber("age"u8, Math.Max(0, now - row.UpdatedAtMs));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    // A report that cannot be made is of no use, least of all to the timer that asks for it: what cannot be read is told in it.
    private SessionPage List(string? agentId)
    {
        try
        {
            SessionPage page = runtime.Sessions.List(new SessionQuery { AgentId = agentId, Limit = RecentSessions });
            runtime.Health.Clear(UnreadableCode);
            return page;
        }
        catch (StorageException unreadable)
        {
            runtime.Health.Raise(new Warnable(UnreadableCode, unreadable.Message));
            return new SessionPage([], 0, RecentSessions, null);
        }
    }

    // Our addition: the bad conditions that hold, in the words that doctor and readiness use.
    private void WriteWarnings(Utf8JsonWriter json)
    {
        if (!runtime.Health.Active.Any())
        {
            return;
        }

        json.WriteStartArray("warnings"u8);
        foreach (Warnable warnable in runtime.Health.Active)
        {
            json.WriteStartObject();
            json.WriteString("code"u8, warnable.Code);
            json.WriteString("message"u8, warnable.Message);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Writes whether the models are there: no server that answers is the one thing that can be wrong with them.</summary>
    public static void WriteModelRuntime(Utf8JsonWriter json, GatewayRuntime runtime)
    {
        json.WriteStartObject("modelRuntime"u8);
        json.WriteBoolean("degraded"u8, runtime.Models.Health.Any(model => model.Reachable == false) && !runtime.Models.AnyReachable);
        json.WriteTexts("pendingAgents", []);
        json.WriteEndObject();
    }

    // What the original ships as plugins and is built in here: pairing by code, and the wires of the servers that are configured.
    private OrderedSequence<string> BuiltIn() => runtime.Models.Catalog.Providers.Select(provider => provider.Id).Append("device-pair")
        .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    // No channels: the members are required all the same.
    private void WriteEmpty(Utf8JsonWriter json)
    {
        json.WriteStartObject("plugins"u8);
        json.WriteTexts("loaded", BuiltIn());
        json.WriteTexts("errors", []);
        json.WriteTexts("unavailable", []);
        json.WriteEndObject();
        json.WriteStartObject("configReload"u8);
        json.WriteString("hotReloadStatus"u8, "active"u8);
        json.WriteEndObject();
        json.WriteStartObject("channels"u8);
        json.WriteEndObject();
        json.WriteStartArray("channelOrder"u8);
        json.WriteEndArray();
        json.WriteStartObject("channelLabels"u8);
        json.WriteEndObject();
    }

    private void WriteHeartbeat(Utf8JsonWriter json, string agentId, TimeSpan? every)
    {
        HeartbeatConfig settings = HeartbeatPlan.For(agentId, runtime.Config.Current.Config);
        json.WriteStartObject("heartbeat"u8);
        json.WriteBoolean("enabled"u8, every is not null);
        json.WriteString("every"u8, every is { } span ? HeartbeatPlan.Words(span) : "disabled");
        if (every is { } interval)
        {
            json.WriteNumber("everyMs"u8, (long)interval.TotalMilliseconds);
        }
        else
        {
            json.WriteNull("everyMs"u8); // an explicit null of the wire
        }

        json.WriteString("prompt"u8, HeartbeatPlan.Prompt("interval", settings));
        json.WriteString("target"u8, settings.Target);
        PairingJson.WriteOptional(json, "model", settings.Model);
        json.WriteNumber("ackMaxChars"u8, settings.AckMaxChars);
        json.WriteEndObject();
    }
}
