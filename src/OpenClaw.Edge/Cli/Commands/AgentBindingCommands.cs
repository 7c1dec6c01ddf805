using System.CommandLine;
using System.Text.Json;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw agents bindings|bind|unbind</c>: which agent answers what comes from where.</summary>
internal static class AgentBindingCommands
{
    public static Command Bindings(CliOptions shared, CliWorld world)
    {
        Option<string?> agent = Agent("Only those of this agent");
        return new Command("bindings", "List which agent answers what") { agent }.Does(shared, world, async (context, cancellationToken) =>
        {
            await using GatewayClient client = await context.ConnectAsync(GatewayScopes.Read, cancellationToken);
            AgentBindings routes = await AgentBindings.ReadAsync(client, context, cancellationToken);
            return Show(context, routes, context.Parsed.GetValue(agent));
        });
    }

    public static Command Bind(CliOptions shared, CliWorld world)
    {
        Option<string?> agent = Agent("The agent (default: the default one)");
        Option<string[]> bind = Bind();
        return new Command("bind", "Let an agent answer what comes from somewhere") { agent, bind }.Does(
            shared, world, (context, cancellationToken) => ChangeAsync(
                context, context.Parsed.GetValue(agent),
                (routes, id) => routes.With(id, Named(context.Parsed.GetValue(bind))), cancellationToken));
    }

    public static Command Unbind(CliOptions shared, CliWorld world)
    {
        Option<string?> agent = Agent("The agent (default: the default one)");
        Option<string[]> bind = Bind();
        Option<bool> all = new("--all") { Description = "Everything that is routed to it" };
        return new Command("unbind", "Take rules away again") { agent, bind, all }.Does(
            shared, world, (context, cancellationToken) =>
            {
                bool every = context.Parsed.GetValue(all);
                string[] given = context.Parsed.GetValue(bind) ?? [];
                return every == given.Length > 0
                    ? throw new CliException(ExitCode.Usage, "unbind takes --all, or --bind once or more; give one of them")
                    : ChangeAsync(context, context.Parsed.GetValue(agent), (routes, id) => routes.Without(id, every ? null : Named(given)), cancellationToken);
            });
    }

    /// <summary>The option that names where messages come from.</summary>
    internal static Option<string[]> Bind() => new("--bind")
    {
        Description = "Where from: webchat, telegram:ops, telegram:*",
        HelpName = "channel[:account]",
    };

    private static Option<string?> Agent(string description) => new("--agent") { Description = description, HelpName = "id" };

    private static string[][] Named(string[]? given) => given is { Length: > 0 }
        ? [.. given.Select(AgentBindings.Parse)]
        : throw new CliException(ExitCode.Usage, "bind needs --bind, such as --bind webchat");

    private static async Task<int> ChangeAsync(
        CliContext context, string? agent, Func<AgentBindings, string, AgentBindings> change, CancellationToken cancellationToken)
    {
        await using GatewayClient client = await context.ConnectAsync(GatewayScopes.Admin, cancellationToken);
        JsonElement agents = await client.CallAsync("agents.list", null, context.Timeout, cancellationToken);
        string id = agent?.Trim().ToLowerInvariant() ?? agents.Text("defaultId") ?? "main";
        if (!agents.Items("agents").Any(known => known.Text("id") == id))
        {
            throw new CliException(ExitCode.Failed, $"there is no agent '{id}'; openclaw agents list shows them", "agent_not_found");
        }

        AgentBindings routes = change(await AgentBindings.ReadAsync(client, context, cancellationToken), id);
        await routes.StoreAsync(client, context, cancellationToken);
        return Show(context, routes, id);
    }

    private static int Show(CliContext context, AgentBindings routes, string? agent)
    {
        if (context.Json)
        {
            context.Print(json =>
            {
                json.WriteStartObject();
                AgentBindings.Write(json, "bindings", routes.Of(agent));
                json.WriteEndObject();
            });
            return (int)ExitCode.Ok;
        }

        foreach (JsonElement binding in routes.Of(agent))
        {
            context.Say(TextLayout.OneLine($"{binding.Text("agentId")} <- {AgentBindings.Describe(binding)}"));
        }

        if (!routes.Of(agent).Any())
        {
            context.Say(agent is null ? "no bindings: the default agent answers whoever names none" : $"nothing is routed to {agent}");
        }

        return (int)ExitCode.Ok;
    }
}
