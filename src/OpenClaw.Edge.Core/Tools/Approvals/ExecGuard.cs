using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Tools;

/// <summary>Decides for each command that would run on this machine: by the stricter of configuration and approvals file, by
/// allowlist, and by a person where the policy asks for one. Every decision is in the ledger before the command runs.
/// Thread-safe.</summary>
public sealed class ExecGuard(ApprovalGate gate, ExecApprovalsFile file, ApprovalLedger ledger, TimeProvider time)
{
    private const string Revoked = "exec denied: what was allowed a moment ago is not allowed any more; nothing was run";

    /// <summary>Requests that wait.</summary>
    public ApprovalGate Gate => gate;

    /// <summary>This machine's document.</summary>
    public ExecApprovalsFile File => file;

    /// <summary>Decisions.</summary>
    public ApprovalLedger Ledger => ledger;

    /// <summary>Clears a command, or refuses it. What is cleared is what was looked at: the caller starts the clearance's
    /// text in its folder, and looks again with <see cref="ExecClearance.Recheck"/> last before the start.</summary>
    /// <param name="request">What is asked; policy and decisions are filled in here.</param>
    /// <param name="config">The agent's <c>tools.exec</c>.</param>
    /// <param name="ask">The call's own wish to be asked more.</param>
    /// <param name="environment">The environment it will have: <c>PATH</c> and <c>HOME</c> at least.</param>
    /// <param name="added">What of it the call adds.</param>
    /// <param name="onWait">Called when a person is asked, before the wait (false) and after it (true); null tells nobody.</param>
    /// <param name="cancellationToken">The caller goes away: refused.</param>
    public async Task<ExecClearance> ClearAsync(
        ApprovalRequest request,
        ExecConfig config,
        string? ask,
        IReadOnlyDictionary<string, string> environment,
        IReadOnlyDictionary<string, string> added,
        Action<PendingApproval, bool>? onWait,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(environment);
        ExecPolicy wished = ExecPolicy.Of(config).Harden(ask);
        if (wished is { Security: "full", Ask: "off" } && State(request, wished) is { Policy: { Security: "full", Ask: "off" } })
        {
            await NoteAsync(request, null, "allow", "security=full", null, cancellationToken);
            return new ExecClearance(request.Command, null, () => State(request, wished).Policy.Security == "full" ? null : Revoked);
        }

        ExecBinding? binding = null;
        try
        {
            binding = ExecBinding.Capture(request.Command, request.Directory ?? "/", environment["PATH"]);
            if (binding is null)
            {
                return new ExecClearance($"exec: {request.Directory} cannot be opened");
            }

            ExecBinding bound = binding;
            string? env = ExecEnvironment.HashOf(added);
            ExecVerdict Judge() => ExecJudge.Judge(
                request.Command, bound.Directory, environment["PATH"], environment["HOME"], State(request, wished).Policy,
                State(request, wished).Allowlist, env);

            (string? refusal, bool asked) = await DecideAsync(
                request with { EnvKeys = [.. added.Keys] }, config, State(request, wished), Judge(), onWait, cancellationToken);
            if (refusal is not null)
            {
                return new ExecClearance(refusal);
            }

            binding = null; // the clearance's from here on
            return new ExecClearance(
                bound.Pinned(),
                bound,
                () => State(request, wished).Policy.Security == "deny" || (!asked && Judge().Outcome != ExecOutcome.Run) ? Revoked
                    : bound.Drift() is { } drift ? $"exec denied: {drift} since it was approved, so nothing was run. Look at it and ask again"
                    : null);
        }
        finally
        {
            binding?.Dispose();
        }
    }

    /// <summary>Clears a command that a node will run, or refuses it: what it would find there is not known here, so that it runs where
    /// everything may, and a person is asked otherwise. The node decides again by its own rules.</summary>
    /// <returns>Why not; null when it is cleared.</returns>
    public async Task<string?> ClearForNodeAsync(
        ApprovalRequest request, ExecConfig config, string? ask, Action<PendingApproval, bool>? onWait, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(config);
        GuardState state = State(request, ExecPolicy.Of(config).Harden(ask));
        (ExecOutcome outcome, string reason) = state.Policy switch
        {
            { Security: "deny" } => (ExecOutcome.Refuse, "security=deny"),
            { Ask: "always" } => (ExecOutcome.Ask, "ask=always"),
            { Security: "full" } => (ExecOutcome.Run, "security=full"),
            { Ask: "off" } => (ExecOutcome.Refuse, "allowlist"),
            _ => (ExecOutcome.Ask, "ask=on-miss"),
        };
        return (await DecideAsync(request, config, state, new ExecVerdict(outcome, reason, null, [], []), onWait, cancellationToken)).Refusal;
    }

    /// <summary>What holds for commands of an agent: the configuration's wish, tightened by the approvals file.</summary>
    public ExecPolicy PolicyOf(string agentId, ExecConfig config)
    {
        ExecApprovalsState state = file.Read();
        return state.Problem.Length > 0 ? new ExecPolicy("deny", "off") : state.Document.Apply(ExecPolicy.Of(config), agentId);
    }

    private GuardState State(ApprovalRequest request, ExecPolicy wished)
    {
        string agent = request.AgentId ?? "main";
        ExecApprovalsState state = file.Read();
        return state.Problem.Length > 0
            ? new(new ExecPolicy("deny", "off"), [], state.Problem)
            : new(state.Document.Apply(wished, agent), state.Document.AllowlistOf(agent), "");
    }

    private async Task<(string? Refusal, bool Asked)> DecideAsync(
        ApprovalRequest request, ExecConfig config, GuardState state, ExecVerdict verdict, Action<PendingApproval, bool>? onWait,
        CancellationToken cancellationToken)
    {
        switch (verdict.Outcome)
        {
            case ExecOutcome.Run:
                await NoteAsync(request, null, "allow", verdict.Reason, null, cancellationToken);
                await TouchAsync(request.AgentId ?? "main", verdict, cancellationToken);
                return (null, false);
            case ExecOutcome.Refuse:
                await NoteAsync(request, null, "deny", state.Problem.Length > 0 ? "approvals file" : verdict.Reason, null, cancellationToken);
                return (state.Problem.Length > 0 ? $"exec denied: {state.Problem}"
                    : state.Policy.Security == "deny" ? "exec denied: commands on this machine are switched off (tools.exec); use the file tools, or tell the person"
                    : "exec denied: not on the allowlist, and nobody is asked (tools.exec.mode \"allowlist\"); tell the person, or do it another way", false);
            default:
                return (await AskAsync(request, config, state.Policy, verdict, onWait, cancellationToken), true);
        }
    }

    private async Task<string?> AskAsync(
        ApprovalRequest request, ExecConfig config, ExecPolicy policy, ExecVerdict verdict, Action<PendingApproval, bool>? onWait,
        CancellationToken cancellationToken)
    {
        PendingApproval asked = gate.Ask(
            request with
            {
                ResolvedPath = verdict.ResolvedPath,
                Policy = policy,
                Decisions = verdict.Lasting.Count > 0 ? ["allow-once", "allow-always", "deny"] : ["allow-once", "deny"],
            },
            TimeSpan.FromSeconds(config.ApprovalTimeoutSeconds));
        bool waits = asked.Decision is not { Reason: "no-approver" }; // somebody may have answered by now
        onWait?.Invoke(asked, !waits);
        ApprovalDecision decision = await gate.WaitAsync(asked, cancellationToken);
        if (waits)
        {
            onWait?.Invoke(asked, true);
        }

        bool allowed = decision.Allows || (decision.Reason is "timeout" or "no-approver" && FallsBack(policy, verdict));
        string word = decision.Word ?? (allowed ? "allow" : "deny");
        string reason = decision.Word is null && allowed ? $"askFallback={policy.AskFallback}" : decision.Reason;
        await NoteAsync(request, asked.Id, word, reason, decision.By, CancellationToken.None);
        if (decision.Word == "allow-always")
        {
            await KeepAsync(request.AgentId ?? "main", verdict, cancellationToken);
        }

        return allowed ? null : decision.Reason switch
        {
            "decided" => "exec denied: the person refused this command. Do not try it again in another form; ask what they want instead",
            "timeout" => "exec denied: nobody answered the approval request in time",
            "no-approver" => "exec denied: this command needs a person's approval and nobody is connected who could give it "
                + "(control UI, openclaw chat, openclaw approvals). Tell the person what you wanted to run",
            _ => "exec denied: the request was cancelled",
        };
    }

    private static bool FallsBack(ExecPolicy policy, ExecVerdict verdict) => policy.AskFallback switch
    {
        "full" => policy.Security == "full",
        "allowlist" => verdict.Reason == "allowlist",
        _ => false,
    };

    private async Task KeepAsync(string agent, ExecVerdict verdict, CancellationToken cancellationToken)
    {
        long now = time.GetUtcNow().ToUnixTimeMilliseconds();
        await file.ChangeAsync(
            null,
            document => verdict.Lasting.Aggregate(
                document, (changed, entry) => changed.With(agent, entry with { LastUsedAt = now, LastResolvedPath = entry.Pattern })),
            cancellationToken);
    }

    // The time of use is a convenience: at most once an hour and line, so that a busy agent does not wear out an SD card.
    private async Task TouchAsync(string agent, ExecVerdict verdict, CancellationToken cancellationToken)
    {
        long now = time.GetUtcNow().ToUnixTimeMilliseconds();
        AllowEntry[] stale = [.. verdict.Used.Where(entry => entry.LastUsedAt is not { } used || now - used > 3_600_000)];
        if (stale.Length > 0)
        {
            await file.ChangeAsync(
                null,
                document => stale.Aggregate(document, (changed, entry) => changed.Used(agent, entry, now, verdict.ResolvedPath ?? entry.Pattern)),
                cancellationToken);
        }
    }

    private Task NoteAsync(
        ApprovalRequest request, string? id, string decision, string reason, string? by, CancellationToken cancellationToken) =>
        ledger.AppendAsync(
            new ApprovalAuditRow
            {
                ApprovalId = id,
                AgentId = request.AgentId,
                SessionKey = request.SessionKey,
                Host = request.Host,
                Directory = request.Directory,
                Command = request.Command,
                Decision = decision,
                Reason = reason,
                DecidedBy = by,
            },
            cancellationToken);

    private sealed record GuardState(ExecPolicy Policy, IReadOnlyList<AllowEntry> Allowlist, string Problem);
}
