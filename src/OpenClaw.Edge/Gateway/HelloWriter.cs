using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Diagnostics;
using OpenClaw.Edge.Protocol.Gateway;

namespace OpenClaw.Edge.Gateway;

/// <summary>Writes <c>hello-ok</c>. Source: docs/protocol.md, hello-ok. <c>server.buildId</c> stays out: the original's
/// UI reloads for ever when it differs.</summary>
internal sealed class HelloWriter(
    GatewayRuntime runtime,
    Func<IReadOnlyList<string>> methods,
    PresenceBoard presence,
    HealthReport health)
{
    /// <summary>Capability of a gateway that tells its models right after the hello, to who asks for it.</summary>
    public const string ModelCatalogSnapshot = "model-catalog-snapshot";

    private static readonly string[] Events =
    [
        "connect.challenge", "agent", "chat", "session.message", "session.tool", "sessions.changed", "presence", "tick",
        "shutdown", "health", "config.changed", "device.pair.requested", "device.pair.resolved", "device.pair.changed",
        "device.pair.setup.completed", "node.pair.requested", "node.pair.resolved", "node.presence", "node.hostStats", "node.invoke.request",
        "node.invoke.cancel", "cron", "exec.approval.requested", "exec.approval.resolved", "voicewake.changed", "talk.mode",
        "heartbeat", "models.snapshot", "task", "skills.changed", "progressCard.changed", "question.requested", "question.resolved",
        "session.approval", "session.operation", "chat.metadata.changed",
    ];

    // Only what works: clients switch features on by these.
    private static readonly string[] Capabilities =
        ["chat-send-routing-contract", ModelCatalogSnapshot, "published-model-catalog", "session-scoped-chat-metadata"];

    // Every session is shared with everyone who may read: the others of the original's visibilities are not kept here.
    private static readonly string[] Visibilities = ["shared"];

    private readonly string _bootId = Guid.NewGuid().ToString();
    private readonly long _startedAt = runtime.Time.GetTimestamp();

    /// <summary>Writes the payload for one connection.</summary>
    public void Write(Utf8JsonWriter json, GatewayConnection connection, ConnectionGrant grant)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "hello-ok"u8);
        json.WriteNumber("protocol"u8, ProtocolLimits.Version);
        json.WriteStartObject("server"u8);
        json.WriteString("version"u8, EdgeVersion.Compatible);
        json.WriteString("bootId"u8, _bootId);
        json.WriteString("controlUiBuildSource"u8, "bundled"u8);
        json.WriteString("connId"u8, connection.Id);
        json.WriteEndObject();
        json.WriteStartObject("features"u8);
        json.WriteTexts("methods", methods());
        json.WriteTexts("events", Events);
        json.WriteTexts("capabilities", Capabilities);
        json.WriteEndObject();
        WriteSnapshot(json, grant);
        json.WriteStartObject("auth"u8);
        json.WriteString("method"u8, grant.Method);
        json.WriteString("role"u8, grant.Role);
        json.WriteTexts("scopes", grant.Scopes.Names);
        WriteRecovery(json, grant);
        WriteTokens(json, grant.Tokens);
        json.WriteEndObject();
        json.WriteStartObject("policy"u8);
        json.WriteNumber("maxPayload"u8, ProtocolLimits.MaxFrameBytes);
        json.WriteNumber("maxBufferedBytes"u8, ProtocolLimits.MaxBufferedBytes);
        json.WriteNumber("tickIntervalMs"u8, (int)ProtocolLimits.TickInterval.TotalMilliseconds);
        json.WriteStartObject("attachments"u8);
        json.WriteNumber("maxBytes"u8, ProtocolLimits.MaxImageBytes);
        json.WriteNumber("maxImageBytes"u8, ProtocolLimits.MaxImageBytes);
        json.WriteEndObject();
        json.WriteTexts("allowedSessionVisibilities", Visibilities);
        json.WriteBoolean("hasMultipleSessionSharingIdentities"u8, false); // one owner
        json.WriteEndObject();
        json.WriteEndObject();
    }

    // Names whose drafts and uploads the web page may pick up again after a reload: the holder of the same credential.
    private void WriteRecovery(Utf8JsonWriter json, ConnectionGrant grant)
    {
        if (grant.IsNode)
        {
            return;
        }

        string material = grant.Tokens is [{ Token: { } token }, ..] ? $"device-token\n{token}"
            : grant.User is { } user ? $"principal\n{user}\n{grant.DeviceId}"
            : $"shared-auth\n{runtime.Authenticator.Generation}\n{grant.DeviceId}";
        json.WriteString("recoveryScope"u8, Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(material))));
        if (grant.Tokens.Count > 0)
        {
            json.WriteBoolean("recoveryMigrationAllowed"u8, true);
        }
    }

    // deviceToken and issuedAtMs are the connection's own; deviceTokens are those it is handed for other roles
    private static void WriteTokens(Utf8JsonWriter json, IReadOnlyList<IssuedToken> tokens)
    {
        if (tokens.Count == 0)
        {
            return;
        }

        json.WriteString("deviceToken"u8, tokens[0].Token);
        json.WriteNumber("issuedAtMs"u8, tokens[0].IssuedAtMs);
        if (tokens.Count == 1)
        {
            return;
        }

        json.WriteStartArray("deviceTokens"u8);
        foreach (IssuedToken token in tokens.Skip(1))
        {
            json.WriteStartObject();
            json.WriteString("deviceToken"u8, token.Token);
            json.WriteString("role"u8, token.Role);
            json.WriteTexts("scopes", token.Scopes);
            json.WriteNumber("issuedAtMs"u8, token.IssuedAtMs);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void WriteSnapshot(Utf8JsonWriter json, ConnectionGrant grant)
    {
        ConfigSnapshot config = runtime.Config.Current;
        json.WriteStartObject("snapshot"u8);
        json.WriteStartObject("suspension"u8);
        json.WriteString("phase"u8, "accepting"u8);
        json.WriteEndObject();
        json.WritePropertyName("presence"u8);
        if (!grant.Reads)
        {
            json.WriteStartArray();
            json.WriteEndArray();
        }
        else
        {
            presence.Write(json);
        }

        json.WritePropertyName("health"u8);
        health.Write(json);
        json.WriteStartObject("stateVersion"u8);
        json.WriteNumber("presence"u8, presence.Version);
        json.WriteNumber("health"u8, health.Version);
        json.WriteEndObject();
        json.WriteNumber("uptimeMs"u8, (long)runtime.Time.GetElapsedTime(_startedAt).TotalMilliseconds);
        json.WriteString("appliedConfigHash"u8, config.Hash);
        WriteSessionDefaults(json, runtime.Agents().For(grant.Route));
        if (grant.Reads)
        {
            json.WriteStartObject("updateSchedule"u8); // updates come from the package manager, never by themselves
            json.WriteString("channel"u8, "stable"u8);
            json.WriteBoolean("autoEnabled"u8, false);
            json.WriteEndObject();
        }

        if (grant.IsAdmin)
        {
            json.WriteString("configPath"u8, runtime.Paths.ConfigPath);
            json.WriteString("stateDir"u8, runtime.Paths.StateDir);
            json.WriteString("authMode"u8, runtime.Authenticator.Mode);
        }

        json.WriteEndObject();
    }

    private void WriteSessionDefaults(Utf8JsonWriter json, AgentCatalog agents)
    {
        string agentId = agents.Default.Id;
        json.WriteStartObject("sessionDefaults"u8);
        json.WriteString("defaultAgentId"u8, agentId);
        json.WriteBoolean("modelConfigured"u8, runtime.Models.Catalog.DefaultModelRef is not null);
        json.WriteString("ownership"u8, agents.All.Count > 1 ? "explicit"u8 : "sole"u8);
        json.WriteBoolean("selectionRequired"u8, false);
        json.WriteString("mainKey"u8, "main"u8);
        json.WriteString("mainSessionKey"u8, $"agent:{agentId}:main");
        json.WriteString("scope"u8, "per-sender"u8);
        json.WriteEndObject();
    }
}
