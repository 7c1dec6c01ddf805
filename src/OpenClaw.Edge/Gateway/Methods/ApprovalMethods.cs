using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Security;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary><c>approval.get</c>, <c>approval.resolve</c>: the calls of newer clients, for every kind of approval; commands are the one kind
/// that there is here. Texts are the original's.</summary>
internal sealed class ApprovalMethods(ExecGuard guard)
{
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
                ApprovalJson.WriteSnapshot(json, approval, null, detail: true);
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
                ApprovalJson.WriteSnapshot(json, approval, null, detail: true);
            });
    }

    private static MethodReply Unknown() => MethodReply.Fail(GatewayError.Invalid(
        "approval not found", json => json.WriteString("reason"u8, "APPROVAL_NOT_FOUND"u8)));
}
