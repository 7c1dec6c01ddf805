using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Tools;

/// <summary>Decides for each command that would run on this machine: by the stricter of configuration and approvals file, by
/// allowlist, and by a person where the policy asks for one. Every decision is in the ledger before the command runs.
/// Thread-safe.</summary>
public sealed class ExecGuard(ApprovalGate gate, ExecApprovalsFile file, ApprovalLedger ledger, TimeProvider time)
{
    /// <summary>Requests that wait.</summary>
    public ApprovalGate Gate => gate;

    /// <summary>This machine's document.</summary>
    public ExecApprovalsFile File => file;

    /// <summary>Decisions.</summary>
    public ApprovalLedger Ledger => ledger;

    /// <summary>Clears a command, or refuses it.</summary>
    /// <param name="request">What is asked; policy and decisions are filled in here.</param>
    /// <param name="config">The agent's <c>tools.exec</c>.</param>
    /// <param name="ask">The call's own wish to be asked more.</param>
    /// <param name="searchPath">The <c>PATH</c> it will have.</param>
    /// <param name="home">Home directory.</param>
    /// <param name="cancellationToken">The caller goes away: refused.</param>
    /// <returns>Null when it may run; else a sentence for the model.</returns>
    public async Task<string?> ClearAsync(
        ApprovalRequest request, ExecConfig config, string? ask, string searchPath, string home, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(config);
        string agent = request.AgentId ?? "main";
        ExecApprovalsState state = file.Read();
        ExecPolicy policy = state.Problem.Length > 0
            ? new ExecPolicy("deny", "off")
            : state.Document.Apply(ExecPolicy.Of(config), agent).Harden(ask);
        ExecVerdict verdict = ExecJudge.Judge(
            request.Command, request.Directory ?? "/", searchPath, home, policy, state.Document.AllowlistOf(agent));
        switch (verdict.Outcome)
        {
            case ExecOutcome.Run:
                await NoteAsync(request, null, "allow", verdict.Reason, null, cancellationToken);
                await TouchAsync(agent, verdict, cancellationToken);
                return null;
            case ExecOutcome.Refuse:
                await NoteAsync(request, null, "deny", state.Problem.Length > 0 ? "approvals file" : verdict.Reason, null, cancellationToken);
                return state.Problem.Length > 0 ? $"exec denied: {state.Problem}"
                    : policy.Security == "deny" ? "exec denied: commands on this machine are switched off (tools.exec); use the file tools, or tell the person"
                    : "exec denied: not on the allowlist, and nobody is asked (tools.exec.mode \"allowlist\"); tell the person, or do it another way";
            default:
                return await AskAsync(request, config, policy, verdict, cancellationToken);
        }
    }

    private async Task<string?> AskAsync(
        ApprovalRequest request, ExecConfig config, ExecPolicy policy, ExecVerdict verdict, CancellationToken cancellationToken)
    {
        PendingApproval asked = gate.Ask(
            request with
            {
                ResolvedPath = verdict.ResolvedPath,
                Policy = policy,
                Decisions = verdict.Lasting.Count > 0 ? ["allow-once", "allow-always", "deny"] : ["allow-once", "deny"],
            },
            TimeSpan.FromSeconds(config.ApprovalTimeoutSeconds));
        ApprovalDecision decision = await gate.WaitAsync(asked, cancellationToken);
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
}
