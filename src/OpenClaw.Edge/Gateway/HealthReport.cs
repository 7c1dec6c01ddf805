using System.Text.Json;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Diagnostics;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Gateway;

/// <summary>The result of <c>health</c>, made at most once a minute unless asked to probe. Thread-safe.</summary>
internal sealed class HealthReport(GatewayRuntime runtime)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(60); // docs/protocol.md, limits and timers
    private const int RecentSessions = 5;

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
        json.WriteStartObject();
        json.WriteBoolean("ok"u8, true);
        json.WriteNumber("ts"u8, runtime.Time.GetUtcNow().ToUnixTimeMilliseconds());
        WriteEmpty(json);
        json.WriteNumber("heartbeatSeconds"u8, 0);
        json.WriteString("defaultAgentId"u8, agents.Default.Id);
        json.WriteStartArray("agents"u8);
        foreach (AgentEntry agent in agents.All)
        {
            json.WriteStartObject();
            json.WriteString("agentId"u8, agent.Id);
            json.WriteString("name"u8, agent.Name);
            json.WriteBoolean("isDefault"u8, agent.Id == agents.Default.Id);
            WriteHeartbeatOff(json);
            json.WritePropertyName("sessions"u8);
            WriteSessions(json, agent.Id);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WritePropertyName("sessions"u8);
        WriteSessions(json, null);
        WriteWarnings(json);
        json.WriteNumber("durationMs"u8, (long)runtime.Time.GetElapsedTime(started).TotalMilliseconds);
        json.WriteEndObject();
    }

    private void WriteSessions(Utf8JsonWriter json, string? agentId)
    {
        SessionPage page = runtime.Sessions.List(new SessionQuery { AgentId = agentId, Limit = RecentSessions });
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

    // Our addition: the bad conditions that hold, in the words that doctor and readiness use.
    private void WriteWarnings(Utf8JsonWriter json)
    {
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

    // No plugins, no channels, no heartbeat yet: the members are required all the same.
    private static void WriteEmpty(Utf8JsonWriter json)
    {
        json.WriteStartObject("plugins"u8);
        foreach (string list in (ReadOnlySpan<string>)["loaded", "errors", "unavailable"])
        {
            json.WriteStartArray(list);
            json.WriteEndArray();
        }

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

    private static void WriteHeartbeatOff(Utf8JsonWriter json)
    {
        json.WriteStartObject("heartbeat"u8);
        json.WriteBoolean("enabled"u8, false);
        json.WriteString("every"u8, "disabled"u8);
        json.WriteNull("everyMs"u8);
        json.WriteString("prompt"u8, ""u8);
        json.WriteString("target"u8, "none"u8);
        json.WriteNumber("ackMaxChars"u8, 0);
        json.WriteEndObject();
    }
}
