using System.CommandLine;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw gateway</c>: run a gateway here, ask a running one, or the service that it is. Alone it means <c>gateway run</c>, as in
/// the original.</summary>
internal static class GatewayCommand
{
    public static Command Create(CliOptions shared, CliWorld world)
    {
        GatewayRunFlags flags = new(shared);
        Command run = new("run", "Run the gateway in the foreground");
        Command gateway = new("gateway", "Run the gateway, or ask a running one")
        {
            run,
            GatewayStatusCommand.Create(shared, world),
            GatewayServiceCommands.Start(shared, world),
            GatewayServiceCommands.Stop(shared, world),
            GatewayServiceCommands.Restart(shared, world),
            HealthCommand.Create(shared, world),
            GatewayProbeCommand.Create(shared, world),
            GatewayDiscoverCommand.Create(shared, world),
            GatewayCallCommand.Create(shared, world),
        };
        foreach (Command command in (Command[])[gateway, run])
        {
            flags.AddTo(command);
            command.SetAction((parsed, cancellationToken) => RunAsync(flags.Read(parsed), world, cancellationToken));
        }

        return gateway;
    }

    private static async Task<int> RunAsync(
        GatewayRunOptions options, CliWorld world, CancellationToken cancellationToken)
    {
        using TerminationSignals signals = new(cancellationToken);
        return await world.RunGateway(options, signals.Token);
    }
}
