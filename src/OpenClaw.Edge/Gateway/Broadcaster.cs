using System.Text.Json;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Security;
using OpenClaw.Edge.Skills;

namespace OpenClaw.Edge.Gateway;

/// <summary>Sends events to the connections that may see them: each is encoded once, and a peer that does not read costs
/// itself only. Source: docs/protocol.md, who gets what. Thread-safe.</summary>
public sealed class Broadcaster : IAsyncDisposable
{
    // More readers than this are a crowd: each token to each of them would be more work than the tokens are.
    private const int MaxDirectReaders = 4;

    private readonly ConnectionRegistry _registry;
    private readonly PresenceBoard _presence;
    private readonly HealthReport _health;
    private readonly RunEventHub _hub;
    private readonly TimeProvider _time;
    private readonly RunEventEncoder _runs;
    private readonly IDisposable _listening;
    private readonly Lock _counting = new();
    private volatile int _audience;
    private ConfigSnapshot _config;

    internal Broadcaster(GatewayRuntime runtime, ConnectionRegistry registry, PresenceBoard presence, HealthReport health)
    {
        _registry = registry;
        _presence = presence;
        _health = health;
        _hub = runtime.Events;
        _time = runtime.Time;
        Sessions = new SessionEvents(runtime, this);
        _runs = new RunEventEncoder(this, Sessions, runtime.Time);
        _listening = runtime.Events.Listen(_runs.On);
        _config = runtime.Config.Current;
        Skills = new SkillWatch(
            runtime.Skills, () => [.. runtime.Agents().All.Select(agent => agent.Id)], () => runtime.Config.Current, runtime.Time,
            runtime.Loggers.CreateLogger("OpenClaw.Edge.Skills"), PublishSkills);
    }

    /// <summary>Looks after the files of skills while anybody is connected who has seen them.</summary>
    internal SkillWatch Skills { get; }

    internal SessionEvents Sessions { get; }

    /// <summary>Sends an event to every connection that holds the scope.</summary>
    /// <param name="name">Event name.</param>
    /// <param name="scope">Needed scope; <see cref="OperatorScopes.None"/> is everyone, nodes too.</param>
    /// <param name="payload">Writes one JSON value.</param>
    public void Publish(string name, OperatorScopes scope, Action<Utf8JsonWriter> payload)
    {
        ReadOnlySpan<GatewayConnection> ready = _registry.Ready;
        if (ready.Length == 0)
        {
            return;
        }

        byte[] open = FrameWriter.OpenEvent(name, payload);
        foreach (GatewayConnection connection in ready)
        {
            if (Holds(connection, scope))
            {
                connection.SendEvent(open, dropIfSlow: false);
            }
        }
    }

    /// <summary>Tells readers that other skills are there than before.</summary>
    internal void PublishSkills(string reason)
    {
        PublishSkillsAlone(reason);
        PublishMetadata();
    }

    private void PublishSkillsAlone(string reason) => Publish("skills.changed", OperatorScopes.Read, json =>
    {
        json.WriteStartObject();
        json.WriteString("reason"u8, reason);
        json.WriteEndObject();
    });

    /// <summary>Tells readers that the configuration has changed; the caller tells of the metadata.</summary>
    /// <returns>What has.</returns>
    internal IReadOnlyList<string> PublishConfig(ConfigSnapshot snapshot)
    {
        ConfigSnapshot before = Interlocked.Exchange(ref _config, snapshot);
        Publish("config.changed", OperatorScopes.Read, json =>
        {
            json.WriteStartObject();
            json.WriteString("path"u8, snapshot.Path);
            json.WriteString("hash"u8, snapshot.Hash);
            json.WriteNumber("ts"u8, _time.GetUtcNow().ToUnixTimeMilliseconds());
            json.WriteEndObject();
        });
        Skills.Reconfigured();
        IReadOnlyList<string> paths = ConfigDiff.Paths(before.Json, snapshot.Json);
        foreach (string path in paths)
        {
            if (path == "skills" || path.StartsWith("skills.", StringComparison.Ordinal))
            {
                PublishSkillsAlone("config-change");
                break;
            }
        }

        return paths;
    }

    /// <summary>Tells readers to read <c>chat.metadata</c> again.</summary>
    internal void PublishMetadata() => Publish("chat.metadata.changed", OperatorScopes.Read, json =>
    {
        json.WriteStartObject();
        json.WriteEndObject();
    });

    /// <inheritdoc />
    public ValueTask DisposeAsync()
    {
        _listening.Dispose();
        _runs.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Tells runs how many connections see every piece of their text.</summary>
    internal void CountAudience()
    {
        // One at a time: of two that count, the one that saw less must not have the last word.
        lock (_counting)
        {
            int audience = 0;
            foreach (GatewayConnection connection in _registry.Ready)
            {
                if (connection.Grant is { Reads: true } || connection.Subscriptions.AnyByName)
                {
                    audience++;
                }
            }

            _audience = audience;
            _hub.Audience = IsCrowded ? 1 : audience;
        }
    }

    /// <summary>Whether anybody may see chat and agent events.</summary>
    internal bool AnyReader => _audience > 0;

    internal void Tick()
    {
        long now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        byte[] open = FrameWriter.OpenEvent("tick", json =>
        {
            json.WriteStartObject();
            json.WriteNumber("ts"u8, now);
            json.WriteEndObject();
        });
        foreach (GatewayConnection connection in _registry.Ready)
        {
            connection.SendEvent(open, dropIfSlow: true);
        }
    }

    internal void PublishHealth()
    {
        byte[] report = _health.Current(fresh: true);
        byte[] open = FrameWriter.OpenEvent(
            "health",
            json => json.WriteRawValue(report, skipInputValidation: true),
            new StateVersion(_presence.Version, _health.Version));
        foreach (GatewayConnection connection in _registry.Ready)
        {
            connection.SendEvent(open, dropIfSlow: true);
        }
    }

    internal void PublishPresence()
    {
        byte[] open = FrameWriter.OpenEvent(
            "presence",
            json =>
            {
                json.WriteStartObject();
                json.WritePropertyName("presence"u8);
                _presence.Write(json);
                json.WriteEndObject();
            },
            new StateVersion(_presence.Version, _health.Version));
        foreach (GatewayConnection connection in _registry.Ready)
        {
            if (connection.Grant is { Reads: true })
            {
                connection.SendEvent(open, dropIfSlow: true);
            }
        }
    }

    /// <summary>Sends a <c>chat</c> or <c>agent</c> event: to every reader, but to session-scoped ones only for the
    /// sessions they named.</summary>
    internal void ToReaders(ReadOnlyMemory<byte> open, string sessionKey, bool dropIfSlow)
    {
        foreach (GatewayConnection connection in _registry.Ready)
        {
            if (Reads(connection, sessionKey))
            {
                connection.SendEvent(open, dropIfSlow);
            }
        }
    }

    /// <summary>Whether too many read for each to get every token.</summary>
    internal bool IsCrowded => _audience > MaxDirectReaders;

    /// <summary>How many connections see runs' text.</summary>
    internal int Audience => _audience;

    /// <summary>Sends a text update to the same readers; a peer that is busy gets it merged with what it has not got yet.</summary>
    internal void ToReaders(RunFrames run, TextUpdate update)
    {
        foreach (GatewayConnection connection in _registry.Ready)
        {
            if (Reads(connection, run.Run.SessionKey.Text))
            {
                connection.SendUpdate(update, now: true);
            }
        }
    }

    /// <summary>Sends a text update to the connection that started the run.</summary>
    internal void ToAsker(RunFrames run, TextUpdate update)
    {
        foreach (GatewayConnection connection in _registry.Ready)
        {
            if (connection.Id == run.Run.Request.ConnectionId && Reads(connection, run.Run.SessionKey.Text))
            {
                connection.SendUpdate(update, now: true);
            }
        }
    }

    /// <summary>Sends a text update to every other reader.</summary>
    internal void ToWatchers(RunFrames run, TextUpdate update)
    {
        foreach (GatewayConnection connection in _registry.Ready)
        {
            if (connection.Id != run.Run.Request.ConnectionId && Reads(connection, run.Run.SessionKey.Text))
            {
                connection.SendUpdate(update, now: false);
            }
        }
    }

    /// <summary>Sends a tool event to the connection that asked for the run, if it wants tool events.</summary>
    internal void ToRequester(ReadOnlyMemory<byte> open, string? connectionId)
    {
        if (connectionId is null)
        {
            return;
        }

        foreach (GatewayConnection connection in _registry.Ready)
        {
            if (connection.Id == connectionId && connection.Grant is { Reads: true, ToolEvents: true })
            {
                connection.SendEvent(open, dropIfSlow: true);
            }
        }
    }

    /// <summary>Whether anybody asked for events of sessions.</summary>
    internal bool AnySessionSubscriber(string sessionKey, bool byName)
    {
        foreach (GatewayConnection connection in _registry.Ready)
        {
            if (connection.Grant is { Reads: true } && IsSubscribed(connection, sessionKey, byName))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Sends a session event to those who asked for it.</summary>
    internal void ToSubscribers(ReadOnlyMemory<byte> open, string sessionKey, bool byName, string? exceptToolRequester = null)
    {
        foreach (GatewayConnection connection in _registry.Ready)
        {
            if (connection.Grant is { Reads: true } grant
                && IsSubscribed(connection, sessionKey, byName)
                && !(grant.ToolEvents && connection.Id == exceptToolRequester))
            {
                connection.SendEvent(open, dropIfSlow: false);
            }
        }
    }

    // A node reads the sessions that it has named (node.event chat.subscribe).
    private static bool Reads(GatewayConnection connection, string sessionKey) =>
        connection.Grant is { } grant
        && (grant.Reads
            ? !grant.SessionScoped || connection.Subscriptions.Wants(sessionKey)
            : grant.IsNode && connection.Subscriptions.Has(sessionKey));

    private static bool IsSubscribed(GatewayConnection connection, string sessionKey, bool byName) =>
        connection.Subscriptions.AllSessions || (byName && connection.Subscriptions.Has(sessionKey));

    private static bool Holds(GatewayConnection connection, OperatorScopes scope) =>
        scope == OperatorScopes.None
        || (connection.Grant is { IsNode: false } grant && grant.Scopes.Allows(scope));
}
