using OpenClaw.Edge.Platform.DBus;

namespace OpenClaw.Edge.Cli.Checks;

/// <summary>What systemd says of this machine's gateway. Nothing where it is no service.</summary>
internal static class UnitChecks
{
    private const string Id = "edge/doctor/unit";
    private const int ManyRestarts = 5;

    public static async Task<IReadOnlyList<Finding>> CheckAsync(CliContext context, CancellationToken cancellationToken)
    {
        if (!context.IsLocal)
        {
            return [];
        }

        (GatewayUnit? unit, _) = await GatewayUnit.FindAsync(context, cancellationToken);
        if (unit is null)
        {
            return [];
        }

        await using (unit)
        {
            return [Judge(unit.State, unit.Text, unit)];
        }
    }

    private static Finding Judge(UnitState state, string text, GatewayUnit unit) => state switch
    {
        { Active: "failed" } => new Finding(Id, FindingSeverity.Error, $"the gateway's service has {text}: {state.Result}", $"{unit.Journal} shows why; then {unit.Command("restart")}"),
        { Restarts: >= ManyRestarts } => new Finding(Id, FindingSeverity.Warning, $"systemd has started the gateway again {state.Restarts} times: {text}", $"{unit.Journal} shows why"),
        { Active: "active", File: "disabled" } => new Finding(Id, FindingSeverity.Warning, $"the gateway's service is {text}, and nobody starts it after a restart of the machine", unit.Command("enable")),
        _ => Finding.Ok(Id, $"the gateway's service is {text}"),
    };
}
