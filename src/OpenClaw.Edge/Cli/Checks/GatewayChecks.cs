using System.Text.Json;
using OpenClaw.Edge.Diagnostics;

namespace OpenClaw.Edge.Cli.Checks;

/// <summary>Whether the gateway answers, is of this build, and who sits on its port if not.</summary>
internal static class GatewayChecks
{
    private const string Id = "edge/doctor/gateway";

    public static async Task<IReadOnlyList<Finding>> CheckAsync(CliContext context, CancellationToken cancellationToken)
    {
        try
        {
            await using GatewayClient client = await context.ConnectAsync(context.Identity is null ? GatewayScopes.Care : GatewayScopes.Read, cancellationToken);
            string version = client.Hello.Member("server").Text("version") ?? "unknown";
            return
            [
                Finding.Ok(Id, $"answers at {context.Target.Display}"),
                version == EdgeVersion.Compatible
                    ? Finding.Ok("edge/doctor/version", $"gateway and command line are of version {version}")
                    : new Finding(
                        "edge/doctor/version",
                        FindingSeverity.Warning,
                        $"the gateway says version {version}, this command line is of {EdgeVersion.Compatible}",
                        "restart the gateway after an update"),
                .. await WarningsAsync(context, client, cancellationToken),
                .. await MemoryAsync(context, client, cancellationToken),
                .. await WaitingChecks.CheckAsync(context, client, cancellationToken),
            ];
        }
        catch (CliException e) when (e.Exit == ExitCode.Unauthorized)
        {
            return [new Finding(Id, FindingSeverity.Error, e.Message, "see --token")];
        }
        catch (CliException e) when (e.Exit is ExitCode.Unreachable or ExitCode.Failed)
        {
            string? owner = context.Target.Local ? PortOwner.Find(context.Target.Uri.Port) : null;
            return owner is null
                ? [new Finding(Id, FindingSeverity.Warning, e.Message, "start it: 'openclaw gateway start' where it is a service, else 'openclaw gateway run'")]
                :
                [
                    new Finding(
                        "edge/doctor/port",
                        FindingSeverity.Error,
                        $"port {context.Target.Uri.Port} is taken by {owner}, which does not answer as a gateway",
                        "stop it, or choose another port: 'openclaw config set gateway.port 18790'"),
                ];
        }
    }

    // Only where there is something to search: an empty memory needs no model.
    private static async Task<IEnumerable<Finding>> MemoryAsync(CliContext context, GatewayClient client, CancellationToken cancellationToken)
    {
        const string Memory = "edge/doctor/memory";
        JsonElement answer;
        try
        {
            answer = await client.CallAsync("edge.memory.status", null, context.Timeout, cancellationToken);
        }
        catch (CliException e) when (e.Exit == ExitCode.Failed)
        {
            return []; // an older gateway
        }

        return answer.Items("agents").Where(agent => agent.Flag("enabled") && agent.Number("chunks") > 0).Select(agent =>
        {
            string who = $"memory of agent {agent.Text("agentId")}: {agent.Number("files")} files, {agent.Number("embedded")} of {agent.Number("chunks")} pieces have a vector";
            return agent.Member("embedding") is var embedding && embedding.Flag("checked") && !embedding.Flag("ok")
                ? new Finding(Memory, FindingSeverity.Info, $"{who}; searched by words only: {embedding.Text("error")}", "see 'openclaw memory status --deep'")
                : Finding.Ok(Memory, who);
        });
    }

    // What the gateway itself finds wrong, in its words; it asks anew for us.
    private static async Task<IEnumerable<Finding>> WarningsAsync(CliContext context, GatewayClient client, CancellationToken cancellationToken)
    {
        JsonElement health = await client.CallAsync(
            "health",
            writer =>
            {
                writer.WriteStartObject();
                writer.WriteBoolean("probe"u8, true);
                writer.WriteEndObject();
            },
            context.Timeout,
            cancellationToken);
        return health.Items("warnings").Select(warning => new Finding(
            $"edge/gateway/{warning.Text("code")}", FindingSeverity.Warning, $"{warning.Text("code")}: {warning.Text("message")}"));
    }
}
