using System.CommandLine;
using System.Text.Json;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw health</c> and <c>openclaw gateway health</c>.</summary>
internal static class HealthCommand
{
    public static Command Create(CliOptions shared, CliWorld world)
    {
        Command command = new("health", "Ask the running gateway how it is")
        {
            new Option<bool>("--verbose", "--debug") { Hidden = true },
        };
        return command.Does(shared, world, RunAsync);
    }

    private static async Task<int> RunAsync(CliContext context, CancellationToken cancellationToken)
    {
        JsonElement health = await context.CallAsync("health", GatewayScopes.Read, cancellationToken);
        bool ok = health.Flag("ok");
        if (context.Json)
        {
            context.Print(health);
        }
        else
        {
            string took = health.Number("durationMs") is { } ms ? $" ({ms} ms)" : "";
            context.Say(ok ? $"{context.Paint.Good("OK")}{took}" : context.Paint.Bad("not well") + took);
            foreach (JsonElement agent in health.Items("agents"))
            {
                string mark = agent.Flag("isDefault") ? " (default)" : "";
                long count = agent.Member("sessions").Number("count") ?? 0;
                context.Say($"  agent {agent.Text("agentId")}{mark}: {count} sessions");
            }

            GatewayReport.SayWarnings(context, health);
        }

        return (int)(ok ? ExitCode.Ok : ExitCode.Failed);
    }
}
