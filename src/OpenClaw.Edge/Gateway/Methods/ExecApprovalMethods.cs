using System.Text.Json;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Security;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary><c>exec.approval.request</c>, <c>.list</c>, <c>.get</c>, <c>.resolve</c>, <c>.waitDecision</c> and
/// <c>approval.history</c>. Texts are the original's.</summary>
internal sealed class ExecApprovalMethods(ExecGuard guard, TimeProvider time)
{
    /// <summary>The methods.</summary>
    public IEnumerable<MethodEntry> Entries() =>
    [
        new(
            "exec.approval.request",
            OperatorScopes.Approvals,
            "id:str1(128) command:str1(16000) cwd:str? host:gateway|node nodeId:str? security:str? ask:str? agentId:str? sessionKey:str? "
            + "resolvedPath:str? timeoutMs:int(1..86400000) twoPhase:bool …",
            RequestAsync),
        MethodEntry.Of("exec.approval.list", OperatorScopes.Approvals, "", _ => List()),
        MethodEntry.Of("exec.approval.get", OperatorScopes.Approvals, "id!:str1", Get),
        MethodEntry.Of("exec.approval.resolve", OperatorScopes.Approvals, "id!:str1 decision!:str1 …", Resolve),
        new("exec.approval.waitDecision", OperatorScopes.Approvals, "id!:str1 timeoutMs:int(0..86400000)", WaitAsync),
        MethodEntry.Of("approval.history", OperatorScopes.Approvals, "cursor:str limit:int(1..500) kind:=exec|plugin|system-agent", History),
    ];

    private async ValueTask<MethodReply> RequestAsync(MethodCall call, CancellationToken cancellationToken)
    {
        JsonElement plan = PlanOf(call);
        JsonElement words = plan.ValueKind == JsonValueKind.Object ? plan.GetProperty("argv")
            : call.Params.TryGetProperty("commandArgv", out JsonElement argv) ? argv : default;
        string? command = NodeRunApproval.Shown(PlanText(plan, "commandText") ?? call.Text("command"), words);
        if (string.IsNullOrWhiteSpace(command))
        {
            return MethodReply.Invalid("command is required");
        }

        ApprovalRequest request = new()
        {
            Command = command,
            Directory = PlanText(plan, "cwd") ?? call.Text("cwd"),
            Host = call.Text("host") ?? "gateway",
            NodeId = call.Text("nodeId"),
            AgentId = PlanText(plan, "agentId") ?? call.Text("agentId"),
            SessionKey = PlanText(plan, "sessionKey") ?? call.Text("sessionKey"),
            ResolvedPath = call.Text("resolvedPath"),
            Policy = new ExecPolicy(call.Text("security") ?? "allowlist", call.Text("ask") ?? "on-miss"),
            EnvKeys = call.Params.TryGetProperty("env", out JsonElement env) && env.ValueKind == JsonValueKind.Object
                ? [.. env.EnumerateObject().Select(variable => variable.Name)] : [],
            Binding = NodeRunApproval.Of(call, plan),
        };
        PendingApproval asked = guard.Gate.Ask(
            request, TimeSpan.FromMilliseconds(call.Number("timeoutMs") ?? 0), call.Text("id"), call.Connection.Id);
        if (!ReferenceEquals(asked.Request, request))
        {
            return MethodReply.Invalid("approval id already pending");
        }

        bool later = call.Flag("twoPhase") && asked.Decision is null; // such a client may hang up, and ask for the decision with waitDecision
        if (later)
        {
            call.Connection.Send(FrameWriter.Response(call.Id, json =>
            {
                json.WriteStartObject();
                json.WriteString("status"u8, "accepted"u8);
                json.WriteString("id"u8, asked.Id);
                json.WriteString("deliveryRoute"u8, "approval-client"u8);
                json.WriteNumber("createdAtMs"u8, asked.CreatedAtMs);
                json.WriteNumber("expiresAtMs"u8, asked.ExpiresAtMs);
                json.WriteEndObject();
            }));
        }

        await NoteAsync(asked, later ? asked.Decided : guard.Gate.WaitAsync(asked, cancellationToken)).WaitAsync(later ? cancellationToken : CancellationToken.None);
        return MethodReply.Object(json => ApprovalJson.WriteDecision(json, asked, withReason: false));
    }

    private async Task NoteAsync(PendingApproval asked, Task<ApprovalDecision> decided)
    {
        ApprovalDecision decision = await decided;
        await guard.Ledger.AppendAsync(
            new ApprovalAuditRow
            {
                ApprovalId = asked.Id,
                AgentId = asked.Request.AgentId,
                SessionKey = asked.Request.SessionKey,
                Host = asked.Request.Host,
                Directory = asked.Request.Directory,
                Command = asked.Request.Command,
                Decision = decision.Word ?? "deny",
                Reason = decision.Reason,
                DecidedBy = decision.By,
            },
            CancellationToken.None);
    }

    private MethodReply List()
    {
        IReadOnlyList<PendingApproval> pending = guard.Gate.Pending;
        return MethodReply.Value(json =>
        {
            json.WriteStartArray();
            foreach (PendingApproval approval in pending)
            {
                ApprovalJson.WritePending(json, approval);
            }

            json.WriteEndArray();
        });
    }

    private MethodReply Get(MethodCall call)
    {
        if (guard.Gate.Find(call.Text("id")!) is not { Decision: null } approval)
        {
            return Unknown();
        }

        ApprovalRequest request = approval.Request;
        return MethodReply.Object(json =>
        {
            json.WriteString("id"u8, approval.Id);
            json.WriteString("commandText"u8, request.Shown);
            json.WriteString("commandPreview"u8, request.Shown.Length > 200 ? request.Shown[..200] : request.Shown);
            json.WriteTexts("allowedDecisions", request.Decisions);
            json.WriteString("host"u8, request.Host);
            json.WriteString("nodeId"u8, request.NodeId);
            json.WriteString("agentId"u8, request.AgentId);
            json.WriteNumber("expiresAtMs"u8, approval.ExpiresAtMs);
        });
    }

    private MethodReply Resolve(MethodCall call)
    {
        string decision = call.Text("decision")!;
        if (decision is not ("allow-once" or "allow-always" or "deny"))
        {
            return MethodReply.Invalid("invalid decision");
        }

        ConnectionGrant grant = call.Connection.Grant!;
        string by = grant.Client.DisplayName ?? grant.Client.Id;
        return guard.Gate.Resolve(call.Text("id")!, decision, by) switch
        {
            ApprovalAnswer.Applied or ApprovalAnswer.Repeated => MethodReply.Object(json => json.WriteBoolean("ok"u8, true)),
            ApprovalAnswer.AlreadyResolved => MethodReply.Fail(GatewayError.Invalid(
                "approval already resolved", json => json.WriteString("reason"u8, "APPROVAL_ALREADY_RESOLVED"u8))),
            ApprovalAnswer.NotOffered => MethodReply.Fail(GatewayError.Invalid(
                $"{decision} is unavailable because this command cannot be bound to a lasting rule",
                json => json.WriteString("reason"u8, "APPROVAL_ALLOW_ALWAYS_UNAVAILABLE"u8))),
            _ => Unknown(),
        };
    }

    private async ValueTask<MethodReply> WaitAsync(MethodCall call, CancellationToken cancellationToken)
    {
        if (guard.Gate.Find(call.Text("id")!) is not { } approval)
        {
            return MethodReply.Invalid("approval expired or not found");
        }

        try
        {
            TimeSpan wait = call.Number("timeoutMs") is { } given ? TimeSpan.FromMilliseconds(given) : Timeout.InfiniteTimeSpan;
            await approval.Decided.WaitAsync(wait, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // the decision is null so far
        }

        return MethodReply.Object(json => ApprovalJson.WriteDecision(json, approval, withReason: true));
    }

    private MethodReply History(MethodCall call)
    {
        int limit = (int)(call.Number("limit") ?? 50);
        long before = long.TryParse(call.Text("cursor"), out long cursor) ? cursor : long.MaxValue;
        IReadOnlyList<ApprovalAuditRow> rows = call.Text("kind") is null or "exec" ? guard.Ledger.Page(before, limit) : [];
        return MethodReply.Object(json =>
        {
            json.WriteStartArray("items"u8);
            foreach (ApprovalAuditRow row in rows)
            {
                json.WriteStartObject();
                json.WriteNumber("seq"u8, row.Id);
                json.WriteString("id"u8, row.ApprovalId ?? $"ledger:{row.Id}"); // what no person was asked about has no id of its own
                json.WriteString("status"u8, row.Decision.StartsWith("allow", StringComparison.Ordinal) ? "allowed"u8 : row.Reason == "timeout" ? "expired"u8 : "denied"u8);
                ApprovalJson.WritePresentation(json, row.Command, row.Host, null, row.AgentId, []);
                json.WriteString("urlPath"u8, $"/approve/{Uri.EscapeDataString(row.ApprovalId ?? $"ledger:{row.Id}")}");
                json.WriteNumber("createdAtMs"u8, row.AtMs);
                json.WriteNumber("expiresAtMs"u8, row.AtMs);
                json.WriteStartObject("source"u8);
                PairingJson.WriteOptional(json, "agentId", row.AgentId);
                PairingJson.WriteOptional(json, "sessionKey", row.SessionKey);
                json.WriteEndObject();
                json.WriteString("kind"u8, row.Kind);
                json.WriteNumber("resolvedAtMs"u8, row.AtMs);
                json.WriteString("decision"u8, row.Decision);
                json.WriteString("reason"u8, row.Reason);
                PairingJson.WriteOptional(json, "resolvedBy", row.DecidedBy);
                PairingJson.WriteOptional(json, "agentId", row.AgentId);
                PairingJson.WriteOptional(json, "sessionKey", row.SessionKey);
                PairingJson.WriteOptional(json, "host", row.Host);
                PairingJson.WriteOptional(json, "cwd", row.Directory);
                json.WriteString("commandText"u8, ShownText.Of(row.Command));
                json.WriteEndObject();
            }

            json.WriteEndArray();
            if (rows.Count == limit)
            {
                json.WriteString("nextCursor"u8, rows[^1].Id.ToString(System.Globalization.CultureInfo.InvariantCulture));
            }
        });
    }

    // What a node has said that it would run is what a person is asked about, and not what the caller says of it.
    private static JsonElement PlanOf(MethodCall call) =>
        call.Text("host") == "node" && call.Params.TryGetProperty("systemRunPlan", out JsonElement plan) && ArgvOf(plan, "argv") is { Length: > 0 }
            ? plan
            : default;

    private static string? PlanText(JsonElement plan, string name) =>
        plan.ValueKind == JsonValueKind.Object && plan.TryGetProperty(name, out JsonElement text) && text.ValueKind == JsonValueKind.String
            && text.GetString() is { Length: > 0 } value
            ? value
            : null;

    private static string? ArgvOf(JsonElement holder, string name) =>
        holder.ValueKind == JsonValueKind.Object && holder.TryGetProperty(name, out JsonElement argv) && argv.ValueKind == JsonValueKind.Array
            ? string.Join(' ', argv.EnumerateArray().Select(word => word.ToString()))
            : null;

    private static MethodReply Unknown() => MethodReply.Fail(GatewayError.Invalid(
        "unknown or expired approval id", json =>
        {
            json.WriteString("reason"u8, "APPROVAL_NOT_FOUND"u8);
            json.WriteString("remediation"u8, "Re-request the action; pending approvals are cleared after expiry or restart."u8);
        }));
}
