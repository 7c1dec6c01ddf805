using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Automation;

/// <summary>Does what webhooks ask for, within <c>hooks.*</c>: leaves notes, starts turns, and starts none twice for the same key.
/// Thread-safe.</summary>
public sealed partial class HookDispatch(
    RunRegistry runs, Heartbeat heartbeat, Func<EdgeConfig> config, Func<AgentCatalog> agents, TimeProvider time, ILogger logger)
{
    private static readonly RouteQuery s_route = new("hook");

    private const int MaxEnded = 1000;
    private const int MaxLabel = 200;

    private static readonly TimeSpan s_keep = TimeSpan.FromMinutes(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Task<HookRun>> _started = new(StringComparer.Ordinal);
    private readonly Queue<(string Key, long EndedAt)> _ended = [];

    /// <summary>Leaves a note. Throws <see cref="HookRefusedException"/>.</summary>
    /// <returns>Whether it is new; false when the newest waiting note says the same.</returns>
    public bool Note(HookAction action)
    {
        ArgumentNullException.ThrowIfNull(action);
        AgentEntry agent = AgentOf(action);
        SessionKey key = action.SessionKey is null ? SessionKey.Main(agent.Id) : KeyOf(action, agent);
        return heartbeat.Note(key, action.Text, "hook", action.Now, isForeign: !action.IsTrusted);
    }

    /// <summary>Starts a turn, or finds the one that the same key has started. Throws <see cref="HookRefusedException"/>.</summary>
    /// <param name="action">What is asked for.</param>
    /// <param name="path">Where it was asked.</param>
    /// <param name="idempotencyKey">The sender's key; null for none.</param>
    /// <param name="cancellationToken">Gives up waiting for the admission.</param>
    public async Task<HookRun> StartAsync(HookAction action, string path, string? idempotencyKey, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(action);
        AgentEntry agent = AgentOf(action);
        SessionKey key = KeyOf(action, agent);
        if (idempotencyKey is null)
        {
            return await AdmitAsync(action, agent, key).WaitAsync(cancellationToken);
        }

        string same = Same(action with { AgentId = agent.Id }, path, idempotencyKey);
        Task<HookRun>? started;
        lock (_gate)
        {
            Forget();
            if (!_started.TryGetValue(same, out started))
            {
                started = AdmitOnceAsync(action, agent, key, same);
                if (!started.IsCompleted || started.IsCompletedSuccessfully)
                {
                    _started[same] = started;
                }
            }
        }

        return await started.WaitAsync(cancellationToken);
    }

    private async Task<HookRun> AdmitOnceAsync(HookAction action, AgentEntry agent, SessionKey key, string same)
    {
        HookRun? run = null;
        try
        {
            run = await AdmitAsync(action, agent, key);
            _ = run.Completion.ContinueWith(
                _ =>
                {
                    lock (_gate)
                    {
                        _ended.Enqueue((same, time.GetTimestamp()));
                    }
                },
                CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            return run;
        }
        finally
        {
            lock (_gate)
            {
                if (run is null)
                {
                    _started.Remove(same); // what failed may be sent again
                }
            }
        }
    }

    private async Task<HookRun> AdmitAsync(HookAction action, AgentEntry agent, SessionKey key)
    {
        string label = Label(action.Name);
        RunAdmission admission = await runs.StartAsync(
            new RunRequest
            {
                RunId = Guid.NewGuid().ToString(),
                SessionKey = key,
                Message = action.IsTrusted ? action.Text : ForeignText.Mark(action.Text, $"webhook \"{label}\""),
                Origin = "hook",
                Source = "hook",
                Model = action.Model,
                Think = action.Thinking,
                Timeout = action.TimeoutSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
                QueueMode = QueueMode.Followup,
            },
            CancellationToken.None);
        Run run = admission.Run ?? throw (admission.Status switch
        {
            RunAdmissionStatus.Draining => new HookRefusedException("the gateway is stopping", 503),
            RunAdmissionStatus.Overloaded => new HookRefusedException("the gateway is short of memory", 503),
            _ => new HookRefusedException("hook agent run was rejected because the target session has too many turns waiting", 409),
        });
        return new HookRun(run.Id, EndAsync(run, action, agent, label));
    }

    private async Task<HookCompletion> EndAsync(Run run, HookAction action, AgentEntry agent, string label)
    {
        RunResult result = await run.Completion;
        bool ok = result.Status == RunStatus.Done;
        Log.Ended(logger, label, run.Id, run.SessionKey.Text, result.Status);
        bool interrupted = result is { Status: RunStatus.Aborted, StopReason: "shutdown" };
        if (!interrupted && (!ok || (action.Deliver && result.Text.Length > 0)))
        {
            string text = ok ? $"Hook {label}: {result.Text}" : $"Hook {label} (error): {result.ErrorMessage ?? result.StopReason}";
            heartbeat.Note(SessionKey.Main(agent.Id), text, "hook", action.Now, isForeign: true);
        }

        return new HookCompletion(ok ? "ok" : "error", !ok ? "empty" : result.Text.Length > 0 ? "visible" : "silent");
    }

    private AgentEntry AgentOf(HookAction action)
    {
        HooksConfig hooks = config().Hooks;
        AgentCatalog catalog = agents();
        AgentEntry? agent = catalog.For(s_route).Default;
        if (action.AgentId is { } wanted && !catalog.TryGet(wanted, out agent))
        {
            agent = action.IsMapped ? catalog.For(s_route).Default : throw new HookRefusedException($"unknown agentId \"{wanted.ToLowerInvariant()}\"");
        }

        return hooks.AllowedAgentIds is { } allowed && !allowed.Contains("*") && !allowed.Contains(agent!.Id, StringComparer.OrdinalIgnoreCase)
            ? throw new HookRefusedException("agentId is not allowed by hooks.allowedAgentIds")
            : agent!;
    }

    private SessionKey KeyOf(HookAction action, AgentEntry agent)
    {
        HooksConfig hooks = config().Hooks;
        if (action is { SessionKey: not null, IsForeignKey: true } && !hooks.AllowRequestSessionKey)
        {
            throw new HookRefusedException(
                "sessionKey is disabled for externally supplied hook payload values; set hooks.allowRequestSessionKey=true to enable");
        }

        if (action is { IsPersistent: true, IsMapped: false } && hooks.AllowedSessionKeyPrefixes.Count == 0)
        {
            throw new HookRefusedException("hooks.allowedSessionKeyPrefixes is required when direct hook sessionMode is persistent");
        }

        string? named = action.SessionKey ?? (action.IsAgent ? hooks.DefaultSessionKey : null);
        if (named is null && action.IsPersistent)
        {
            throw new HookRefusedException("sessionKey or hooks.defaultSessionKey is required when mapped hook sessionMode is persistent");
        }

        string text = named ?? $"hook:{Guid.NewGuid()}";
        IReadOnlyList<string> prefixes = hooks.AllowedSessionKeyPrefixes;
        if (prefixes.Count > 0 && !prefixes.Any(prefix => text.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)))
        {
            throw new HookRefusedException($"sessionKey must start with one of: {string.Join(", ", prefixes)}");
        }

        if (!SessionKey.TryParse(text, agent.Id, out SessionKey key))
        {
            throw new HookRefusedException("sessionKey is no session key");
        }

        // A key cannot lead to another agent, and a turn on its own has no history even when its webhook has a name.
        string rest = action.IsAgent && !action.IsPersistent ? named is null ? key.Rest : $"hook:{Guid.NewGuid()}" : key.Rest;
        return SessionKey.TryParse($"agent:{agent.Id}:{rest}", agent.Id, out SessionKey own) ? own : key;
    }

    private string Same(HookAction action, string path, string idempotencyKey) => Convert.ToHexString(SHA256.HashData(
        Encoding.UTF8.GetBytes($"{config().Hooks.Token}\n{path}\n{idempotencyKey}\n{action}")));

    private void Forget()
    {
        while (_ended.TryPeek(out (string Key, long EndedAt) oldest)
            && (_ended.Count > MaxEnded || time.GetElapsedTime(oldest.EndedAt) >= s_keep))
        {
            _ended.Dequeue();
            _started.Remove(oldest.Key);
        }
    }

    private static string Label(string name)
    {
        string clean = new([.. name.Select(letter => char.IsControl(letter) || letter == '"' ? ' ' : letter).Take(MaxLabel)]);
        return clean.Trim() is { Length: > 0 } label ? label : "Hook";
    }

    private static partial class Log
    {
        [LoggerMessage(2620, LogLevel.Information, "Webhook {Name}: run {RunId} in {Session} ended: {Status}")]
        public static partial void Ended(ILogger logger, string name, string runId, string session, RunStatus status);
    }
}
