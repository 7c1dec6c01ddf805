using System.CommandLine;
using System.Text.Json;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw agents</c>: alone it means <c>agents list</c>, as in the original.</summary>
internal static class AgentsCommand
{
    public static Command Create(CliOptions shared, CliWorld world) => new Command("agents", "Agents: list, add, delete, and who answers what")
    {
        List(shared, world),
        Add(shared, world),
        Delete(shared, world),
        AgentBindingCommands.Bindings(shared, world),
        AgentBindingCommands.Bind(shared, world),
        AgentBindingCommands.Unbind(shared, world),
    }.Does(shared, world, (context, cancellationToken) => ListAsync(context, false, cancellationToken));

    private static Command List(CliOptions shared, CliWorld world)
    {
        Option<bool> bindings = new("--bindings") { Description = "Show what is routed to each" };
        return new Command("list", "List agents") { bindings }.Does(
            shared, world, (context, cancellationToken) => ListAsync(context, context.Parsed.GetValue(bindings), cancellationToken));
    }

    private static Command Add(CliOptions shared, CliWorld world)
    {
        Argument<string> name = new("name") { Description = "Its name; the id is made of it" };
        Option<string?> workspace = new("--workspace") { Description = "Its folder", HelpName = "dir" };
        Option<string?> model = new("--model") { Description = "Its model", HelpName = "provider/model" };
        Option<string[]> bind = AgentBindingCommands.Bind();
        return new Command("add", "Make an agent")
        {
            name, workspace, model, bind,
            new Option<bool>("--non-interactive") { Hidden = true },
        }.Does(shared, world, (context, cancellationToken) => AddAsync(
            context, context.Parsed.GetRequiredValue(name), context.Parsed.GetValue(workspace), context.Parsed.GetValue(model),
            context.Parsed.GetValue(bind) ?? [], cancellationToken));
    }

    private static Command Delete(CliOptions shared, CliWorld world)
    {
        Argument<string> id = new("id") { Description = "The agent" };
        Option<bool> keep = new("--keep-files") { Description = "Leave its workspace and its conversations where they are" };
        return new Command("delete", "Take an agent out; its files go to trash, its conversations are kept for 30 days")
        {
            id,
            keep,
            new Option<bool>("--force") { Hidden = true }, // nothing is lost, so nothing is asked
        }.Does(shared, world, async (context, cancellationToken) =>
        {
            string agent = context.Parsed.GetRequiredValue(id).Trim();
            JsonElement answer = await context.CallAsync("agents.delete", GatewayScopes.Admin, cancellationToken, json =>
            {
                json.WriteStartObject();
                json.WriteString("agentId"u8, agent);
                json.WriteBoolean("deleteFiles"u8, !context.Parsed.GetValue(keep));
                json.WriteEndObject();
            });
            if (context.Json)
            {
                context.Print(answer);
                return (int)ExitCode.Ok;
            }

            context.Say($"deleted {answer.Text("agentId")}");
            foreach (JsonElement moved in answer.Items("removed"))
            {
                context.Say($"moved {moved.Text("path")} to trash in the state directory");
            }

            foreach (JsonElement stays in answer.Items("failed"))
            {
                context.Say($"left {stays.Text("path")} where it is: {stays.Text("error")}");
            }

            return (int)ExitCode.Ok;
        });
    }

    private static async Task<int> ListAsync(CliContext context, bool bindings, CancellationToken cancellationToken)
    {
        await using GatewayClient client = await context.ConnectAsync(GatewayScopes.Read, cancellationToken);
        JsonElement answer = await client.CallAsync("agents.list", null, context.Timeout, cancellationToken);
        AgentBindings routes = await AgentBindings.ReadAsync(client, context, cancellationToken);
        string? defaultId = answer.Text("defaultId");
        if (context.Json)
        {
            context.Print(json =>
            {
                json.WriteStartArray();
                foreach (JsonElement agent in answer.Items("agents"))
                {
                    string id = agent.Text("id") ?? "";
                    json.WriteStartObject();
                    foreach (JsonProperty member in agent.EnumerateObject())
                    {
                        member.WriteTo(json);
                    }

                    json.WriteBoolean("isDefault"u8, id == defaultId);
                    json.WriteNumber("bindings"u8, routes.Of(id).Count());
                    if (bindings)
                    {
                        AgentBindings.Write(json, "bindingDetails", routes.Of(id));
                    }

                    json.WriteEndObject();
                }

                json.WriteEndArray();
            });
            return (int)ExitCode.Ok;
        }

        TextTable table = new("ID", "NAME", "MODEL", "WORKSPACE", "ROUTED");
        foreach (JsonElement agent in answer.Items("agents"))
        {
            string id = agent.Text("id") ?? "";
            string[] routed = [.. routes.Of(id).Select(AgentBindings.Describe)];
            table.Add(
                id == defaultId ? $"{id} (default)" : id,
                agent.Text("name") ?? id,
                agent.Member("model").Text("primary") ?? "",
                agent.Text("workspace") ?? "",
                bindings ? string.Join(", ", routed) : routed.Length == 0 ? "" : $"{routed.Length.ToString(System.Globalization.CultureInfo.InvariantCulture)} rules");
        }

        table.Write(context.Terminal.Out, context.Paint, context.TableWidth);
        return (int)ExitCode.Ok;
    }

    private static async Task<int> AddAsync(
        CliContext context, string name, string? workspace, string? model, string[] bind, CancellationToken cancellationToken)
    {
        string[][] wanted = [.. bind.Select(AgentBindings.Parse)];
        await using GatewayClient client = await context.ConnectAsync(GatewayScopes.Admin, cancellationToken);
        JsonElement made = await client.CallAsync(
            "agents.create",
            json =>
            {
                json.WriteStartObject();
                json.WriteString("name"u8, name);
                foreach ((string member, string? value) in new[] { ("workspace", workspace is null ? null : Path.GetFullPath(workspace, context.Environment.WorkingDirectory)), ("model", model) })
                {
                    if (value is not null)
                    {
                        json.WriteString(member, value);
                    }
                }

                json.WriteEndObject();
            },
            context.Timeout,
            cancellationToken);
        string id = made.Text("agentId") ?? name;
        if (wanted.Length > 0)
        {
            AgentBindings routes = await AgentBindings.ReadAsync(client, context, cancellationToken);
            await routes.With(id, wanted).StoreAsync(client, context, cancellationToken);
        }

        if (context.Json)
        {
            context.Print(made);
        }
        else
        {
            context.Say($"agent {id} works in {made.Text("workspace")}; talk to it: openclaw chat --session agent:{id}:main");
        }

        return (int)ExitCode.Ok;
    }
}
