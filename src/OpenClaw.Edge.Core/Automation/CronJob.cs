using System.Text.Json;
using System.Text.Json.Serialization;

namespace OpenClaw.Edge.Automation;

/// <summary>A job of the scheduler. Source: docs/protocol.md, cron. Immutable.</summary>
public sealed record CronJob
{
    private static readonly JsonElement s_trusted = CronFields.Build(json =>
    {
        json.WriteNumber("version"u8, 1);
        json.WriteString("mode"u8, "trusted"u8);
    });

    /// <summary>Target: the agent's main session.</summary>
    public const string MainTarget = "main";

    /// <summary>Target: a session of its own for every run.</summary>
    public const string IsolatedTarget = "isolated";

    /// <summary>How a target starts that names a session.</summary>
    public const string SessionPrefix = "session:";

    /// <summary>Id, a UUID.</summary>
    public required string Id { get; init; }

    /// <summary>Identity by which a program finds its job again; null when it has none.</summary>
    public string? DeclarationKey { get; init; }

    /// <summary>Name.</summary>
    public required string Name { get; init; }

    /// <summary>Name for people, when it differs.</summary>
    public string? DisplayName { get; init; }

    /// <summary>What it is for.</summary>
    public string? Description { get; init; }

    /// <summary>Agent that it names; null when it names none. See <see cref="OwnerId"/>.</summary>
    public string? AgentId { get; init; }

    /// <summary>Session that the job belongs to.</summary>
    public string? SessionKey { get; init; }

    /// <summary>Whether it runs by itself.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Whether a success removes it.</summary>
    public bool? DeleteAfterRun { get; init; }

    /// <summary>Epoch milliseconds.</summary>
    public long CreatedAtMs { get; init; }

    /// <summary>Epoch milliseconds.</summary>
    public long UpdatedAtMs { get; init; }

    /// <summary>When.</summary>
    public required CronSchedule Schedule { get; init; }

    /// <summary>Script that decides whether the job runs when it is due: <c>script</c> and perhaps <c>once</c>.</summary>
    public JsonElement? Trigger { get; init; }

    /// <summary>Bounds of the wait that a run may ask for: <c>min</c>, <c>max</c>.</summary>
    public JsonElement? Pacing { get; init; }

    /// <summary>Who asked for it, as the client said.</summary>
    public JsonElement? Owner { get; init; }

    /// <summary><see cref="MainTarget"/>, <see cref="IsolatedTarget"/> or <see cref="SessionPrefix"/> and a key.</summary>
    public required string SessionTarget { get; init; }

    /// <summary><c>now</c> or <c>next-heartbeat</c>.</summary>
    public required string WakeMode { get; init; }

    /// <summary>What.</summary>
    public required CronPayload Payload { get; init; }

    /// <summary>Where the answer goes; null where there is none.</summary>
    public CronDelivery? Delivery { get; init; }

    /// <summary>Wishes about alerts, kept as they came: false, or an object.</summary>
    public JsonElement? FailureAlert { get; init; }

    /// <summary>What the scheduler has noted.</summary>
    public CronJobState State { get; init; } = new();

    /// <summary>Whose rights its tools have: those of the person who made it. Null where it uses none.</summary>
    public JsonElement? ScheduledToolPolicy =>
        Payload.Kind is CronPayload.AgentTurnKind or CronPayload.ScriptKind || Trigger is not null ? s_trusted : null;

    /// <summary>Failure that was told last, which is not told twice; never kept.</summary>
    [JsonIgnore]
    public string? ToldCause { get; init; }

    /// <summary>Lines of its source that this run is for; never kept.</summary>
    [JsonIgnore]
    public string? Batch { get; init; }

    /// <summary>The agent that it belongs to and runs as: the one that it names, else that of its session, else <paramref name="standIn"/>, the
    /// default one. <c>bindings</c> have no say: a job comes from no channel.</summary>
    public string OwnerId(string standIn) => AgentId
        ?? (SessionKey?.Split(':') is ["agent", { Length: > 0 } agent, _, ..] ? agent.ToLowerInvariant() : standIn);
}
