using System.Text.Json;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Gateway;

/// <summary>Approval values on the wire. Source: docs/protocol.md, approvals.</summary>
internal static class ApprovalJson
{
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
        json.WriteString("command"u8, request.Command);
        json.WriteString("cwd"u8, request.Directory);
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
}
