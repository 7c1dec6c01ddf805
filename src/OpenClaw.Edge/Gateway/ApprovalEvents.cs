using Microsoft.Extensions.Logging;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Security;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.Storage;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Gateway;

/// <summary>Tells those who may approve commands what waits and what became of it, and the gate whether anybody is there.
/// Thread-safe.</summary>
internal sealed partial class ApprovalEvents : IDisposable
{
    private readonly ApprovalGate _gate;
    private readonly Broadcaster _broadcaster;
    private readonly ConnectionRegistry _registry;
    private readonly SessionStore _sessions;
    private readonly ILogger _logger;

    /// <summary>Listens to the gate from now on.</summary>
    public ApprovalEvents(ApprovalGate gate, Broadcaster broadcaster, ConnectionRegistry registry, SessionStore sessions, ILogger logger)
    {
        _gate = gate;
        _broadcaster = broadcaster;
        _registry = registry;
        _sessions = sessions;
        _logger = logger;
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

    private void OnRequested(PendingApproval approval)
    {
        _broadcaster.Publish("exec.approval.requested", OperatorScopes.Approvals, json => ApprovalJson.WritePending(json, approval));
        TellSessions(approval);
    }

    private void OnResolved(PendingApproval approval)
    {
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
        TellSessions(approval);
    }

    // The event session.approval: one for each session that has watchers of its approvals.
    private void TellSessions(PendingApproval approval)
    {
        bool watched = false;
        foreach (GatewayConnection connection in _registry.Ready)
        {
            watched |= connection.Subscriptions.AnyApprovals;
        }

        if (!watched)
        {
            return;
        }

        List<SessionKey> audience;
        try
        {
            audience = ApprovalAudience.Of(_sessions, approval.Request);
        }
        catch (StorageException failure)
        {
            Log.NotTold(_logger, approval.Id, failure.Message); // the request goes on without those who watch
            return;
        }

        foreach (SessionKey session in audience)
        {
            byte[]? open = null;
            foreach (GatewayConnection connection in _registry.Ready)
            {
                if (connection.Subscriptions.WantsApprovals(session.Text) && connection.Grant is { } grant && ApprovalAudience.Admits(grant))
                {
                    open ??= FrameWriter.OpenEvent("session.approval", json =>
                    {
                        json.WriteStartObject();
                        json.WriteString("sessionKey"u8, session.Text);
                        json.WriteString("sourceSessionKey"u8, audience[0].Text);
                        json.WriteNumber("updatedAtMs"u8, approval.Decision?.AtMs ?? approval.CreatedAtMs);
                        json.WriteString("phase"u8, approval.Decision is null ? "pending"u8 : "terminal"u8);
                        json.WritePropertyName("approval"u8);
                        ApprovalJson.WriteSnapshot(json, approval, null, detail: false);
                        json.WriteEndObject();
                    });
                    connection.SendEvent(open, dropIfSlow: false);
                }
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2128, LogLevel.Warning, "Who watches the session of approval {Id} is not told of it: {Reason}")]
        public static partial void NotTold(ILogger logger, string id, string reason);
    }
}
