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
        string? baseHash = call.Text("baseHash");
        if (baseHash is null && guard.File.Read().Exists)
        {
            return MethodReply.Invalid("exec approvals base hash required; re-run exec.approvals.get and retry");
        }

        if (!ExecApprovals.TryRead(call.Params.GetProperty("file").GetRawText(), out ExecApprovals wanted, out string problem))
        {
            return MethodReply.Invalid($"exec approvals file is invalid: {problem}");
        }

        (ExecApprovalsState? state, string refused) =
            await guard.File.ChangeAsync(baseHash ?? "", now => wanted.KeepingSocketOf(now), cancellationToken);
        return state is null ? MethodReply.Invalid(refused) : Answer(state);
    }

    private MethodReply Answer(ExecApprovalsState state)
    {
        ExecPolicy policy = state.Document.Apply(ExecPolicy.Of(runtime.Config.Current.Config.Tools.Exec), ExecApprovals.EveryAgent);
        return MethodReply.Object(json =>
        {
            json.WriteString("path"u8, guard.File.Path);
            json.WriteBoolean("exists"u8, state.Exists);
            json.WritePropertyName("file"u8);
            state.Document.WriteRedacted(json, Path.Combine(runtime.Paths.StateDir, "exec-approvals.sock")); // as there: on Linux nobody listens
            json.WriteString("hash"u8, state.Hash);
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
