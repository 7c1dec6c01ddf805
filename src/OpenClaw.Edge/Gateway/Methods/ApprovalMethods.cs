using System.Text.Json;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Security;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary><c>approval.get</c>, <c>approval.resolve</c>: the calls of newer clients, for every kind of approval; commands are the one kind
/// that there is here. Texts are the original's.</summary>
internal sealed class ApprovalMethods(ExecGuard guard)
{
    private const int PreviewChars = 200;

    /// <summary>The methods.</summary>
    public IEnumerable<MethodEntry> Entries() =>
    [
        MethodEntry.Of("approval.get", OperatorScopes.Approvals, "id!:str1(128)", Get),
        MethodEntry.Of("approval.resolve", OperatorScopes.Approvals, "id!:str1(128) kind:str decision:str grantExpiresInDays:int(1..3650) …", Resolve),
    ];

    private MethodReply Get(MethodCall call) =>
        guard.Gate.Find(call.Text("id")!) is { } approval
            ? MethodReply.Object(json =>
            {
                json.WritePropertyName("approval"u8);
                Write(json, approval);
            })
            : Unknown();

    // A verdict that cannot be read is a no, as there: the command must not wait for a better one.
    private MethodReply Resolve(MethodCall call)
    {
        if (guard.Gate.Find(call.Text("id")!) is not { } approval)
        {
            return Unknown();
        }

        string? word = call.Text("decision");
        bool readable = call.Text("kind") == "exec" && word is not null
            && (word == "deny" || approval.Request.Decisions.Contains(word, StringComparer.Ordinal));
        ConnectionGrant grant = call.Connection.Grant!;
        bool applied = approval.Decision is null
            && guard.Gate.Resolve(approval.Id, readable ? word! : "deny", grant.Client.DisplayName ?? grant.Client.Id) == ApprovalAnswer.Applied;
        return approval.Decision is null
            ? Unknown()
            : MethodReply.Object(json =>
            {
                json.WriteBoolean("applied"u8, applied);
                json.WritePropertyName("approval"u8);
                Write(json, approval);
            });
    }

    private static void Write(Utf8JsonWriter json, PendingApproval approval)
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

        json.WriteEndObject();
    }

    /// <summary>Writes what a person is shown of a command.</summary>
    public static void WritePresentation(Utf8JsonWriter json, string command, string? host, string? nodeId, string? agentId, IReadOnlyList<string> decisions)
    {
        json.WriteStartObject("presentation"u8);
        json.WriteString("kind"u8, "exec"u8);
        json.WriteString("commandText"u8, command);
        json.WriteString("commandPreview"u8, command.Length > PreviewChars ? command[..PreviewChars] : command);
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

    private static MethodReply Unknown() => MethodReply.Fail(GatewayError.Invalid(
        "approval not found", json => json.WriteString("reason"u8, "APPROVAL_NOT_FOUND"u8)));
}
