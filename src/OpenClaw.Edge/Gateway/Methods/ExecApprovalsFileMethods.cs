using OpenClaw.Edge.Security;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary><c>exec.approvals.get</c>, <c>exec.approvals.set</c>: this machine's <c>exec-approvals.json</c>.</summary>
internal sealed class ExecApprovalsFileMethods(ExecGuard guard, GatewayRuntime runtime)
{
    /// <summary>The methods.</summary>
    public IEnumerable<MethodEntry> Entries() =>
    [
        MethodEntry.Of("exec.approvals.get", OperatorScopes.Admin, "", _ => Answer(guard.File.Read())),
        new("exec.approvals.set", OperatorScopes.Admin, "file!:obj baseHash:str", SetAsync),
    ];

    private async ValueTask<MethodReply> SetAsync(MethodCall call, CancellationToken cancellationToken)
    {
        (ExecApprovalsState? state, string refused) =
            await guard.File.ReplaceAsync(call.Params.GetProperty("file"), call.Text("baseHash"), cancellationToken);
        return state is null ? MethodReply.Invalid(refused) : Answer(state);
    }

    private MethodReply Answer(ExecApprovalsState state)
    {
        ExecPolicy policy = state.Document.Apply(ExecPolicy.Of(runtime.Config.Current.Config.Tools.Exec), ExecApprovals.EveryAgent);
        return MethodReply.Object(json =>
        {
            guard.File.WriteMembers(json, state);
            json.WriteStartObject("resolvedDefaults"u8);
            json.WriteString("security"u8, policy.Security);
            json.WriteString("ask"u8, policy.Ask);
            json.WriteString("askFallback"u8, policy.AskFallback);
            json.WriteBoolean("autoAllowSkills"u8, false);
            json.WriteEndObject();
            PairingJson.WriteOptional(json, "problem", state.Problem.Length > 0 ? state.Problem : null);
        });
    }
}
