using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Security;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary>Reads of parts that this gateway does not have: speech, plugins, boards, worktrees. They answer as the original does where
/// the part is off or empty, so that its clients draw an empty page and not an error. Nothing here changes anything.</summary>
internal static class AbsentPartMethods
{
    private const string OfSession = "sessionKey!:str1 agentId:str1";

    /// <summary>The methods.</summary>
    public static IEnumerable<MethodEntry> Entries(GatewayRuntime runtime) =>
    [
        Empty("plugin.approval.list", OperatorScopes.Approvals, "", "[]"),
        Empty("openclaw.approval.list", OperatorScopes.Approvals, "", "[]"),
        Empty("exec.approval.grants.list", OperatorScopes.Approvals, "limit:int(1..500)", """{"grants":[]}"""),
        Empty("exec.approval.grants.revoke", OperatorScopes.Approvals, "grantId!:str1", """{"outcome":"not-found"}"""),
        Empty("sessions.github.options", OperatorScopes.Read, "…", """{"personal":null,"shared":null,"pendingPersonal":null,"latestShared":null}"""),
        Refused("channels.start", OperatorScopes.Admin, "channel!:str1 …", GatewayError.Invalid("invalid channels.start channel")),
        Refused("channels.stop", OperatorScopes.Admin, "channel!:str1 …", GatewayError.Invalid("invalid channels.stop channel")),
        Refused("channels.logout", OperatorScopes.Admin, "channel!:str1 …", GatewayError.Invalid("invalid channels.logout channel")),
        .. ChannelMethods.Entries(),
        Empty("plugins.list", OperatorScopes.Read, "…", """{"plugins":[]}"""),
        Empty("plugins.controlUi.list", OperatorScopes.Read, "", """{"revision":"none","plugins":[],"diagnostics":[]}"""),
        Empty("sessions.companion.state", OperatorScopes.Read, OfSession, """{"exchanges":[]}"""),
        Empty("session.discussion.info", OperatorScopes.Read, OfSession, """{"state":"none"}"""),
        Empty("taskSuggestions.list", OperatorScopes.Read, "…", """{"suggestions":[]}"""),
        Empty("artifacts.list", OperatorScopes.Read, "…", """{"artifacts":[]}"""),
        Empty("worktrees.list", OperatorScopes.Read, "…", """{"worktrees":[]}"""),
        Empty("portal.list", OperatorScopes.Read, "…", """{"portals":[]}"""),
        Empty("sessions.catalog.list", OperatorScopes.Read, "…", """{"catalogs":[]}"""),
        Empty("transcripts.list", OperatorScopes.Read, "…", """{"sessions":[],"nextCursor":null}"""),
        Empty("update.runs.list", OperatorScopes.Admin, "…", """{"runs":[]}"""),
        MethodEntry.Of("update.runs.get", OperatorScopes.Admin, "runId!:str1", UpdateRun),
        Empty("update.hold", OperatorScopes.Admin, "", """{"ok":false,"schedule":{"channel":"stable","autoEnabled":false}}"""),
        Empty("talk.config", OperatorScopes.Read, "includeSecrets:bool", """{"config":{}}""",
            refusal: call => call.Flag("includeSecrets") && !call.Connection.Grant!.Scopes.Allows(OperatorScopes.TalkSecrets)
                ? GatewayConnection.MissingScope(OperatorScopes.TalkSecrets)
                : null),
        Empty("talk.catalog", OperatorScopes.Read, "",
            """{"modes":["realtime","stt-tts","transcription"],"transports":["webrtc","provider-websocket","gateway-relay","managed-room"],"brains":["agent-consult","direct-tools","none"],"speech":{"providers":[]},"transcription":{"ready":false,"providers":[]},"realtime":{"ready":false,"providers":[]}}"""),
        Refused("talk.speak", OperatorScopes.Talk, "text!:str1 …",
            new GatewayError(ErrorCodes.Unavailable, "talk.speak unavailable: talk provider not configured")
            {
                Details = json =>
                {
                    json.WriteString("reason"u8, "talk_unconfigured"u8);
                    json.WriteBoolean("fallbackEligible"u8, true);
                },
            }),
        MethodEntry.Of("board.get", OperatorScopes.Read, OfSession, call => Board(runtime, call)),
        Empty("users.prefs.get", OperatorScopes.Read, "keys:strs", """{"status":"no_durable_identity"}"""),
        Refused("users.self", OperatorScopes.Read, "", new GatewayError(ErrorCodes.Forbidden, "users.self requires an authenticated user")),
        Refused("mentions.list", OperatorScopes.Read, "…",
            new GatewayError(ErrorCodes.Forbidden, "Human mentions require a verified user profile. Sign in to use mentions.")),
        // There is no observer: whether a page wants to see it changes nothing, as where no session has one.
        Empty("sessions.observer.visibility", OperatorScopes.Read, "visible!:bool", """{"ok":true}"""),
    ];

    private static MethodEntry Empty(
        string name, OperatorScopes scope, string notation, string json, Func<MethodCall, GatewayError?>? refusal = null) =>
        MethodEntry.Of(name, scope, notation, call => refusal?.Invoke(call) is { } error
            ? MethodReply.Fail(error)
            : MethodReply.Value(writer => writer.WriteRawValue(json, skipInputValidation: true)));

    private static MethodEntry Refused(string name, OperatorScopes scope, string notation, GatewayError error) =>
        MethodEntry.Of(name, scope, notation, _ => MethodReply.Fail(error)) with { Advertised = false };

    // Packages update the gateway: no run of it is known.
    private static MethodReply UpdateRun(MethodCall call) =>
        Guid.TryParseExact(call.Text("runId"), "D", out _)
            ? MethodReply.Object(json => json.WriteNull("run"u8)) // an explicit null of the wire
            : MethodReply.Invalid(
                "invalid update.runs.get params: at /runId: must match pattern \"^([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-8][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}"
                + "|00000000-0000-0000-0000-000000000000|ffffffff-ffff-ffff-ffff-ffffffffffff)$\"");

    private static MethodReply Board(GatewayRuntime runtime, MethodCall call) =>
        SessionTarget.TryRead(call, "sessionKey", runtime.Agents(), out Sessions.SessionKey key, out GatewayError? error)
            ? MethodReply.Object(json =>
            {
                json.WriteString("sessionKey"u8, key.Text);
                json.WriteNumber("revision"u8, 0);
                json.WriteStartArray("tabs"u8);
                json.WriteEndArray();
                json.WriteStartArray("widgets"u8);
                json.WriteEndArray();
            })
            : MethodReply.Fail(error);
}
