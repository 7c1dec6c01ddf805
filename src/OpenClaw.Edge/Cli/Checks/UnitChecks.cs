using OpenClaw.Edge.Platform.DBus;

namespace OpenClaw.Edge.Cli.Checks;

/// <summary>What systemd says of this machine's gateway. Nothing where it is no service.</summary>
internal static class UnitChecks
{
    private const string Id = "edge/doctor/unit";
    private const int ManyRestarts = 5;

    public static Finding[] Check(CliContext context)
    {
        using GatewayUnit? unit = context.IsLocal ? GatewayUnit.Find(context, out _) : null;
        if (unit is null)
        {
            return [];
        }

        UnitState state = unit.State;
        string what = "the gateway's service is " + state.Text;
        return
        [
            state.Active == "failed" ? new Finding(Id, FindingSeverity.Error, what + ": " + state.Result, unit.Journal + " shows why; then " + unit.Command("restart"))
            : state.Restarts >= ManyRestarts ? new Finding(Id, FindingSeverity.Warning, what + ", started again " + state.Restarts + " times", unit.Journal + " shows why")
            : state is { Active: "active", File: "disabled" } ? new Finding(Id, FindingSeverity.Warning, what + ", and nobody starts it with the machine", unit.Command("enable"))
            : Finding.Ok(Id, what),
        ];
    }
}
