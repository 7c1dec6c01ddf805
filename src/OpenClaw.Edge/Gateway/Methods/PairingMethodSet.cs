namespace OpenClaw.Edge.Gateway.Methods;

/// <summary>The methods of devices and nodes.</summary>
internal static class PairingMethodSet
{
    /// <summary>All of them.</summary>
    public static IEnumerable<MethodEntry> All(GatewayRuntime runtime, PairingEvents events, NodeSessions nodes)
    {
        var upgrades = new ScopeUpgrades(runtime.Time);
        events.Answered = upgrades.Resolve;
        var wishes = new NodeWishes(runtime.Time);
        return
        [
            .. new DevicePairMethods(runtime, events).Entries(),
            .. new DeviceTokenMethods(runtime, events).Entries(),
            .. new ScopeUpgradeMethods(runtime, events, upgrades).Entries(),
            .. new SetupCodeMethods(runtime).Entries(),
            .. new NodePairMethods(runtime, events, nodes, wishes).Entries(),
            .. new NodeMethods(runtime, events, nodes, wishes).Entries(),
            .. new NodeApprovalMethods(runtime, nodes).Entries(),
            .. new NodeRoleMethods(runtime, nodes, wishes).Entries(),
            .. new NodeEventMethods(runtime, events, nodes).Entries(),
        ];
    }
}
