using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Security;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary><c>sessions.recover</c>: goes on with a turn that the end of the gateway cut off. It goes on in the same session: its history is
/// whole here, so that no other one takes its place. Texts of refusals are the original's.</summary>
internal sealed class SessionRecoveryMethods(GatewayRuntime runtime, SessionEvents sessions)
{
    private const string Continue = "[The gateway ended while you worked on this and is back. Read what stands above, look at what is done already, and finish it.]";

    /// <summary>The methods.</summary>
    public IEnumerable<MethodEntry> Entries() => [new("sessions.recover", OperatorScopes.Write, "key!:str1 agentId:str1", RecoverAsync)];

    private async ValueTask<MethodReply> RecoverAsync(MethodCall call, CancellationToken cancellationToken)
    {
        if (!SessionTarget.TryRead(call, "key", runtime.Agents(), out SessionKey key, out GatewayError? error))
        {
            return MethodReply.Fail(error);
        }

        if (runtime.Sessions.Find(key) is not { } row)
        {
            return MethodReply.Invalid("Session recovery source was not found.");
        }

        if (runtime.Runs.ActiveFor(key) is not null)
        {
            return MethodReply.Invalid("Session recovery is unavailable while the source still has active work.");
        }

        if (runtime.Sessions.ReadPage(key, 1).Entries is not [{ Message.Abort.Origin: "restart" or "shutdown" } cut])
        {
            return MethodReply.Invalid("Session recovery requires a restart-tombstoned session.");
        }

        // One continuation of each cut turn, however often it is asked for.
        var request = new RunRequest
        {
            RunId = $"restart-recovery:{cut.Id}",
            SessionKey = key,
            Message = Continue,
            Source = "chat",
            Sender = call.Connection.Grant!.Sender,
            ConnectionId = call.Connection.Id,
            Client = call.Connection.Grant.Program,
        };
        RunAdmission admission = await runtime.Runs.StartAsync(request, CancellationToken.None);
        if (admission.Run is not null)
        {
            sessions.Changed(key, "recovery");
        }

        return MethodReply.Object(json =>
        {
            json.WriteBoolean("ok"u8, true);
            json.WriteString("key"u8, key.Text);
            json.WriteString("sessionId"u8, row.SessionId);
            json.WriteStartObject("continuation"u8);
            json.WriteString("status"u8, admission.Run is null ? "rejected"u8 : "started"u8);
            if (admission.Run is { } run)
            {
                json.WriteString("runId"u8, run.Id);
            }
            else
            {
                json.WritePropertyName("error"u8);
                GatewayError.Unavailable($"Continuation was not started ({admission.Status}).", (int?)admission.RetryAfter?.TotalMilliseconds).Write(json);
            }

            json.WriteEndObject();
        });
    }
}
