using OpenClaw.Edge.Security;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary><c>health</c>, <c>system-presence</c>.</summary>
internal static class HealthMethods
{
    /// <summary>The methods.</summary>
    public static IEnumerable<MethodEntry> Entries(PresenceBoard presence, HealthReport health) =>
    [
        MethodEntry.Of("health", OperatorScopes.Read, "probe:bool includeSensitive:bool …", call =>
            MethodReply.Value(json => health.Write(json, call.Flag("probe")))) with { Role = MethodRole.Any },
        MethodEntry.Of("system-presence", OperatorScopes.Read, "…", _ => MethodReply.Value(presence.Write)),
    ];
}
