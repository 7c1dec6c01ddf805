using OpenClaw.Edge.Security;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Gateway;

/// <summary>Tells those who may approve commands what waits and what became of it, and the gate whether anybody is there.
/// Thread-safe.</summary>
internal sealed class ApprovalEvents : IDisposable
{
    private readonly ApprovalGate _gate;
    private readonly Broadcaster _broadcaster;
    private readonly ConnectionRegistry _registry;

    /// <summary>Listens to the gate from now on.</summary>
    public ApprovalEvents(ApprovalGate gate, Broadcaster broadcaster, ConnectionRegistry registry)
    {
        _gate = gate;
        _broadcaster = broadcaster;
        _registry = registry;
        gate.HasApprovers = () => HasApprovers(except: null);
        gate.HasOtherApprovers = HasApprovers;
        gate.Requested = OnRequested;
        gate.Resolved = OnResolved;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _gate.Requested = static _ => { };
        _gate.Resolved = static _ => { };
        _gate.HasApprovers = static () => false;
        _gate.HasOtherApprovers = static _ => false;
    }

    private bool HasApprovers(string? except)
    {
        foreach (GatewayConnection connection in _registry.Ready)
        {
            if (connection.Id != except && connection.Grant is { Approves: true })
            {
                return true;
            }
        }

        return false;
    }

    private void OnRequested(PendingApproval approval) =>
        _broadcaster.Publish("exec.approval.requested", OperatorScopes.Approvals, json => ApprovalJson.WritePending(json, approval));

    private void OnResolved(PendingApproval approval) =>
        _broadcaster.Publish("exec.approval.resolved", OperatorScopes.Approvals, json =>
        {
            json.WriteStartObject();
            json.WriteString("id"u8, approval.Id);
            json.WriteString("decision"u8, approval.Decision?.Word);
            json.WriteString("resolvedBy"u8, approval.Decision?.By);
            json.WriteNumber("ts"u8, approval.Decision?.AtMs ?? 0);
            ApprovalJson.WriteRequest(json, approval.Request);
            json.WriteEndObject();
        });
}
