using System.Text.Json;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Gateway;

/// <summary>Approval values on the wire. Source: docs/protocol.md, approvals.</summary>
internal static class ApprovalJson
{
    private const int PreviewChars = 200;

    /// <summary>Writes a request that waits.</summary>
    public static void WritePending(Utf8JsonWriter json, PendingApproval approval)
    {
        json.WriteStartObject();
        json.WriteString("approvalKind"u8, "exec"u8);
        json.WriteString("id"u8, approval.Id);
        WriteRequest(json, approval.Request);
        json.WriteNumber("createdAtMs"u8, approval.CreatedAtMs);
        json.WriteNumber("expiresAtMs"u8, approval.ExpiresAtMs);
        json.WriteEndObject();
    }

    /// <summary>Writes the member <c>request</c>; absent facts are null there, as in the original.</summary>
    public static void WriteRequest(Utf8JsonWriter json, ApprovalRequest request)
    {
        json.WriteStartObject("request"u8);
        json.WriteString("command"u8, request.Shown);
        json.WriteString("cwd"u8, request.Directory is { } folder ? ShownText.Of(folder) : null);
        json.WriteString("host"u8, request.Host);
        json.WriteString("nodeId"u8, request.NodeId);
        json.WriteString("agentId"u8, request.AgentId);
        json.WriteString("sessionKey"u8, request.SessionKey);
        json.WriteString("security"u8, request.Policy?.Security);
        json.WriteString("ask"u8, request.Policy?.Ask);
        json.WriteString("resolvedPath"u8, request.ResolvedPath);
        json.WriteTexts("allowedDecisions", request.Decisions);
        if (request.EnvKeys.Count > 0)
        {
            json.WriteTexts("envKeys", request.EnvKeys);
        }

        (int own, int nested) = request.Counts;
        json.WriteStartObject("commandAnalysis"u8);
        json.WriteNumber("commandCount"u8, own);
        json.WriteNumber("nestedCommandCount"u8, nested);
        (IReadOnlyList<string> kinds, IReadOnlyList<string> lines) = request.Risks;
        json.WriteTexts("riskKinds", kinds);
        json.WriteTexts("warningLines", lines);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>Writes the members of a decision; no decision is null.</summary>
    public static void WriteDecision(Utf8JsonWriter json, PendingApproval approval, bool withReason)
    {
        json.WriteString("id"u8, approval.Id);
        json.WriteString("decision"u8, approval.Decision?.Word);
        json.WriteNumber("createdAtMs"u8, approval.CreatedAtMs);
        json.WriteNumber("expiresAtMs"u8, approval.ExpiresAtMs);
        if (withReason && approval.Decision is { Word: null } decision)
        {
            json.WriteString("terminalReason"u8, decision.Reason);
        }
    }

    /// <summary>Writes a request as reviewers see it, and what became of it.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="approval">The request.</param>
    /// <param name="source">The session that it came from, for those who look at another one.</param>
    /// <param name="detail">Whether with where it came from and who decided.</param>
    public static void WriteSnapshot(Utf8JsonWriter json, PendingApproval approval, string? source, bool detail)
    {
        ApprovalRequest request = approval.Request;
        (string status, string? reason) = StatusOf(approval.Decision);
        json.WriteStartObject();
        json.WriteString("id"u8, approval.Id);
        json.WriteString("status"u8, status);
        WritePresentation(json, request.Command, request.Host, request.NodeId, request.AgentId, request.Decisions);
        json.WriteString("urlPath"u8, $"/approve/{Uri.EscapeDataString(approval.Id)}");
        json.WriteNumber("createdAtMs"u8, approval.CreatedAtMs);
        json.WriteNumber("expiresAtMs"u8, approval.ExpiresAtMs);
        if (approval.Decision is { } decision)
        {
            json.WriteNumber("resolvedAtMs"u8, decision.AtMs);
            json.WriteString("reason"u8, reason);
            PairingJson.WriteOptional(json, "decision", decision.Word ?? (status == "denied" ? "deny" : null));
            if (detail)
            {
                json.WriteStartObject("source"u8);
                PairingJson.WriteOptional(json, "agentId", request.AgentId);
                PairingJson.WriteOptional(json, "sessionKey", request.SessionKey);
                json.WriteEndObject();
                if (decision.By is not null)
                {
                    json.WriteStartObject("resolver"u8);
                    json.WriteString("kind"u8, "runtime"u8);
                    json.WriteString("id"u8, decision.By);
                    json.WriteEndObject();
                }
            }
        }

        PairingJson.WriteOptional(json, "sourceSessionKey", source);
        json.WriteEndObject();
    }

    /// <summary>Writes what a person is shown of a command.</summary>
    public static void WritePresentation(Utf8JsonWriter json, string command, string? host, string? nodeId, string? agentId, IReadOnlyList<string> decisions)
    {
        json.WriteStartObject("presentation"u8);
        json.WriteString("kind"u8, "exec"u8);
        string shown = ShownText.Of(command);
        json.WriteString("commandText"u8, shown);
        json.WriteString("commandPreview"u8, shown.Length > PreviewChars ? shown[..PreviewChars] : shown);
        json.WriteString("host"u8, host);
        json.WriteString("nodeId"u8, nodeId); // explicit nulls of the wire
        json.WriteString("agentId"u8, agentId);
        json.WriteTexts("allowedDecisions", decisions);
        json.WriteEndObject();
    }

    private static (string Status, string? Reason) StatusOf(ApprovalDecision? decision) => decision switch
    {
        null => ("pending", null),
        { Allows: true } => ("allowed", "user"),
        { Word: "deny" } => ("denied", "user"),
        { Reason: "timeout" } => ("expired", "timeout"),
        { Reason: "no-approver" } => ("denied", "no-route"),
        _ => ("cancelled", "run-aborted"),
    };
}
