using System.Text.Json;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Gateway;

/// <summary>A session at one moment: its stored row, with what a run that has just begun changes before it is stored.</summary>
internal sealed record SessionFacts
{
    private const int MaxChildren = 50;

    private const int MaxAncestors = 16; // guess: sub-agents nest one deep, forks of forks some

    private readonly GatewayRuntime _runtime;

    private SessionFacts(GatewayRuntime runtime, SessionRow row, IReadOnlyList<string> active) => (_runtime, Row, ActiveRunIds) = (runtime, row, active);

    /// <summary>The row.</summary>
    public SessionRow Row { get; }

    /// <summary>Ids of the runs that wait or run.</summary>
    public IReadOnlyList<string> ActiveRunIds { get; }

    /// <summary>Whether a run waits or runs.</summary>
    public bool IsActive => ActiveRunIds.Count > 0;

    /// <summary>The model that the next turn asks; null when nothing is configured.</summary>
    public string? ModelRef { get; private init; }

    /// <summary>What is known of that model.</summary>
    public ModelInfo? Model { get; private init; }

    /// <summary>Where the model comes from: <c>user</c>, or null for the configured one.</summary>
    public string? ModelSource => Row.ModelOverride is null ? null : "user";

    /// <summary>What happens to a message that comes while a turn runs.</summary>
    public required string QueueMode { get; init; }

    /// <summary>Whether a job of the scheduler speaks in this session.</summary>
    public bool HasAutomation { get; private init; }

    /// <summary>Sessions that were made beside this one or by it.</summary>
    public IReadOnlyList<SessionKey> Children { get; private init; } = [];

    /// <summary>How full the model's window was before the last turn; null when that is not known.</summary>
    public ContextReport? Context { get; private init; }

    /// <summary>The sessions that this one was made beside or by, the nearest first; null when one of them is gone.</summary>
    public IReadOnlyList<SessionFacts>? Ancestors()
    {
        List<SessionFacts> above = [];
        SessionRow row = Row;
        while (ParentOf(row) is { } key && above.Count < MaxAncestors && !above.Exists(one => one.Row.Key == key))
        {
            if (_runtime.Sessions.Find(key) is not { } parent)
            {
                return null;
            }

            above.Add(Of(_runtime, parent));
            row = parent;
        }

        return above;
    }

    private static SessionKey? ParentOf(SessionRow row) =>
        row.Extra is { ValueKind: JsonValueKind.Object } extra && extra.TryGetProperty("parentSessionKey"u8, out JsonElement name)
        && name.ValueKind == JsonValueKind.String && SessionKey.TryParse(name.GetString(), row.AgentId, out SessionKey key)
            ? key
            : null;

    /// <summary>Whether the session has had a turn.</summary>
    public bool HadTurn => Row.StartedAtMs is not null;

    /// <summary>Whether it was emptied and nobody has spoken since.</summary>
    public bool IsEmptied => Row.WasReset && !HadTurn && !IsCut;

    /// <summary>Whether it went back in its history, or began as part of another one, and nobody has spoken since.</summary>
    public bool IsCut => !HadTurn && Row.Extra is { ValueKind: JsonValueKind.Object } extra
        && (extra.TryGetProperty("previousSessionId"u8, out _) || extra.TryGetProperty("forkSource"u8, out _));

    /// <summary>Whether somebody has ever spoken in it.</summary>
    public bool WasTalk => HadTurn || Row.LastInteractionAtMs is not null;

    /// <summary>Whether programs alone have asked in it, by <c>agent</c>: no conversation of a person.</summary>
    public bool HasCallsOnly => SessionOrigin.HasCallsOnly(Row);

    /// <summary>The name that it was given, or that of its key where it is no conversation; null for none.</summary>
    public string? Name => Row.Label ?? Row.DisplayName ?? (HasCallsOnly && !Row.Key.IsMain ? Row.Key.Rest : null);

    /// <summary>The provider of <see cref="ModelRef"/>.</summary>
    public string Provider => Model?.Provider ?? (Slash > 0 ? ModelRef![..Slash] : "");

    /// <summary>The model of <see cref="ModelRef"/> without its provider.</summary>
    public string ModelId => Model?.Id ?? ModelRef![(Slash + 1)..];

    /// <summary>The model's window in tokens; null when it is not known.</summary>
    public long? Window => Row.ContextTokens ?? (Model is { ContextWindow: > 0 } known ? known.ContextWindow : null);

    private int Slash => ModelRef?.IndexOf('/', StringComparison.Ordinal) ?? -1;

    /// <summary>Looks at a row.</summary>
    /// <param name="runtime">The parts of the gateway.</param>
    /// <param name="row">Its stored row.</param>
    /// <param name="ended">A run that is over for the reader though the registry may still hold it; null for none.</param>
    public static SessionFacts Of(GatewayRuntime runtime, SessionRow row, string? ended = null)
    {
        List<string> active = [];
        Run? running = null;
        foreach (Run run in runtime.Runs.Active)
        {
            if (run.SessionKey == row.Key && run.Id != ended)
            {
                active.Add(run.Id);
                running = run.StartedAtMs > 0 ? run : running;
            }
        }

        string? wanted = row.ModelOverride
            ?? (runtime.Agents().TryGet(row.AgentId, out AgentEntry? agent) ? agent.Model : null)
            ?? runtime.Models.Catalog.DefaultModelRef;
        return new SessionFacts(runtime, Begun(row, active.Count > 0, running), active)
        {
            ModelRef = wanted,
            Model = wanted is null ? null : runtime.Models.Catalog.Describe(wanted),
            Children = runtime.Sessions.ChildrenOf(row.Key, MaxChildren),
            Context = runtime.Runs.ContextOf(row),
            QueueMode = row.QueueMode ?? runtime.Config.Current.Config.Messages.Queue.ModeOfChats,
            HasAutomation = runtime.Cron.Jobs.Any(job => job.SessionTarget == "main" && row.Key.IsMain),
        };
    }

    // The start of a run is stored with its first rows; who is told of the start sees it at once.
    private static SessionRow Begun(SessionRow row, bool active, Run? running) => running is not null
        ? row with { Status = SessionStatus.Running, StartedAtMs = running.StartedAtMs, EndedAtMs = null, LastRunId = null, AbortedLastRun = false }
        : active ? row with { Status = SessionStatus.Running } : row;
}
