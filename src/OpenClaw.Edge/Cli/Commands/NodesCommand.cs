using System.CommandLine;
using System.Text.Json;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw nodes</c>: the machines that are the gateway's hands.</summary>
internal static class NodesCommand
{
    public static Command Create(CliOptions shared, CliWorld world) => new Command("nodes", "Other machines: list, approve, use")
    {
        List("status", "List nodes and whether they are connected", shared, world),
        List("list", "List nodes that wait and nodes that are paired", shared, world),
        new Command("pending", "List nodes whose commands wait for approval").Does(shared, world, PendingAsync),
        OnRequest("approve", "Let a node's commands be used", "node.pair.approve", shared, world),
        OnRequest("reject", "Refuse a node's commands", "node.pair.reject", shared, world),
        OnNode("remove", "Forget a node", shared, world, (context, client, node, cancellationToken) =>
            PrintAsync(context, client, "node.pair.remove", cancellationToken, ("nodeId", node))),
        Rename(shared, world),
        OnNode("describe", "Show what a node can do", shared, world, DescribeAsync),
        Invoke(shared, world),
    }.ShowsHelp(world);

    private static Command List(string name, string description, CliOptions shared, CliWorld world)
    {
        Option<bool> connected = new("--connected") { Description = "Only those that are connected" };
        return new Command(name, description) { connected }.Does(shared, world, async (context, cancellationToken) =>
        {
            await using GatewayClient client = await context.ConnectAsync(GatewayScopes.Admin, cancellationToken);
            JsonElement list = await client.CallAsync("node.list", null, context.Timeout, cancellationToken);
            JsonElement[] nodes = [.. list.Items("nodes").Where(node => node.Flag("connected") || !context.Parsed.GetValue(connected))];
            if (context.Json)
            {
                context.Print(writer =>
                {
                    writer.WriteStartObject();
                    writer.WriteStartArray("nodes"u8);
                    Array.ForEach(nodes, node => node.WriteTo(writer));
                    writer.WriteEndArray();
                    writer.WriteEndObject();
                });
                return (int)ExitCode.Ok;
            }

            if (name == "list")
            {
                await SayPendingAsync(context, client, cancellationToken);
            }

            if (nodes.Length == 0)
            {
                context.Say("no nodes; make another machine one with 'openclaw node run --host THIS-MACHINE'");
                return (int)ExitCode.Ok;
            }

            TextTable table = new("NODE", "NAME", "STATE", "PLATFORM", "COMMANDS", "SEEN");
            foreach (JsonElement node in nodes)
            {
                table.Add(
                    node.Text("nodeId") ?? "-", node.Text("displayName") ?? "-",
                    $"{(node.Flag("connected") ? "connected" : "offline")}{(node.Text("approvalState") == "approved" ? "" : ", waits for approval")}",
                    node.Text("platform") ?? "-", Names(node, "commands"),
                    node.Flag("connected") ? "now" : HumanText.Ago(node.Number("lastSeenAtMs"), context.Clock));
            }

            table.Write(context.Terminal.Out, context.Paint, context.TableWidth);
            return (int)ExitCode.Ok;
        });
    }

    private static async Task<int> PendingAsync(CliContext context, CancellationToken cancellationToken)
    {
        await using GatewayClient client = await context.ConnectAsync(GatewayScopes.Admin, cancellationToken);
        if (context.Json)
        {
            context.Print((await client.CallAsync("node.pair.list", null, context.Timeout, cancellationToken)).Member("pending"));
        }
        else if (!await SayPendingAsync(context, client, cancellationToken))
        {
            context.Say("no node waits");
        }

        return (int)ExitCode.Ok;
    }

    private static async Task<bool> SayPendingAsync(CliContext context, GatewayClient client, CancellationToken cancellationToken)
    {
        JsonElement list = await client.CallAsync("node.pair.list", null, context.Timeout, cancellationToken);
        TextTable table = new("REQUEST", "NODE", "NAME", "COMMANDS", "ASKED");
        bool any = false;
        foreach (JsonElement row in list.Items("pending"))
        {
            any = true;
            table.Add(
                row.Text("requestId") ?? "-", row.Text("nodeId") ?? "-", row.Text("displayName") ?? "-", Names(row, "commands"),
                HumanText.Ago(row.Number("ts"), context.Clock));
        }

        if (any)
        {
            context.Say("waiting (openclaw nodes approve REQUEST):");
            table.Write(context.Terminal.Out, context.Paint, context.TableWidth);
            context.Say("");
        }

        return any;
    }

    private static Command OnRequest(string name, string description, string method, CliOptions shared, CliWorld world)
    {
        Argument<string> request = new("requestId") { Description = "Id of the request (openclaw nodes pending)" };
        return new Command(name, description) { request }.Does(shared, world, async (context, cancellationToken) =>
        {
            await using GatewayClient client = await context.ConnectAsync(GatewayScopes.Admin, cancellationToken);
            return await PrintAsync(context, client, method, cancellationToken, ("requestId", context.Parsed.GetRequiredValue(request)));
        });
    }

    private static Command OnNode(
        string name, string description, CliOptions shared, CliWorld world,
        Func<CliContext, GatewayClient, string, CancellationToken, Task<int>> body, params Option[] more)
    {
        Option<string> node = new("--node") { Description = "Id, start of an id, name or address", HelpName = "node", Required = true };
        Command command = new(name, description) { node };
        Array.ForEach(more, command.Add);
        return command.Does(shared, world, async (context, cancellationToken) =>
        {
            await using GatewayClient client = await context.ConnectAsync(GatewayScopes.Admin, cancellationToken);
            string id = await ResolveAsync(context, client, context.Parsed.GetRequiredValue(node), cancellationToken);
            return await body(context, client, id, cancellationToken);
        });
    }

    private static Command Rename(CliOptions shared, CliWorld world)
    {
        Option<string> name = new("--name") { Description = "Its new name", HelpName = "name", Required = true };
        return OnNode("rename", "Give a node another name", shared, world, (context, client, node, cancellationToken) =>
            PrintAsync(context, client, "node.rename", cancellationToken, ("nodeId", node), ("displayName", context.Parsed.GetRequiredValue(name))), name);
    }

    private static Command Invoke(CliOptions shared, CliWorld world)
    {
        Option<string> wanted = new("--command") { Description = "Command, system.which for one", HelpName = "command", Required = true };
        Option<string> parameters = new("--params") { Description = "Its params as JSON", HelpName = "json", DefaultValueFactory = _ => "{}" };
        Option<int> budget = new("--invoke-timeout") { Description = "Budget of the command", HelpName = "ms", DefaultValueFactory = _ => 15_000 };
        Option<string?> key = new("--idempotency-key") { Description = "Key that makes it run once", HelpName = "key" };
        return OnNode(
            "invoke", "Run a command of a node", shared, world,
            async (context, client, node, cancellationToken) =>
            {
                using JsonDocument given = Parsed(context.Parsed.GetRequiredValue(parameters));
                int ms = context.Parsed.GetValue(budget);
                JsonElement answer = await client.CallAsync(
                    "node.invoke",
                    writer =>
                    {
                        writer.WriteStartObject();
                        writer.WriteString("nodeId"u8, node);
                        writer.WriteString("command"u8, context.Parsed.GetRequiredValue(wanted));
                        writer.WritePropertyName("params"u8);
                        given.RootElement.WriteTo(writer);
                        writer.WriteNumber("timeoutMs"u8, ms);
                        writer.WriteString("idempotencyKey"u8, context.Parsed.GetValue(key) ?? Guid.NewGuid().ToString());
                        writer.WriteEndObject();
                    },
                    TimeSpan.FromMilliseconds(Math.Max(ms + 5_000, context.Timeout.TotalMilliseconds)), cancellationToken);
                context.Print(answer);
                return (int)ExitCode.Ok;
            },
            wanted, parameters, budget, key);
    }

    private static JsonDocument Parsed(string json)
    {
        try
        {
            JsonDocument document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document : throw new JsonException("it is no object");
        }
        catch (JsonException broken)
        {
            throw new CliException(ExitCode.Usage, $"--params: {broken.Message}");
        }
    }

    private static async Task<int> DescribeAsync(CliContext context, GatewayClient client, string node, CancellationToken cancellationToken)
    {
        JsonElement row = await client.CallAsync("node.describe", writer => Write(writer, [("nodeId", node)]), context.Timeout, cancellationToken);
        if (context.Json)
        {
            context.Print(row);
            return (int)ExitCode.Ok;
        }

        foreach ((string name, string value) in new[]
        {
            ("node", row.Text("nodeId") ?? node), ("name", row.Text("displayName") ?? "-"), ("state", row.Flag("connected") ? "connected" : "offline"),
            ("approval", row.Text("approvalState") ?? "-"), ("platform", row.Text("platform") ?? "-"), ("version", row.Text("version") ?? "-"),
            ("can", Names(row, "caps")), ("commands", Names(row, "commands")),
        })
        {
            context.Say($"{name,-9} {value}");
        }

        return (int)ExitCode.Ok;
    }

    private static async Task<string> ResolveAsync(CliContext context, GatewayClient client, string wanted, CancellationToken cancellationToken)
    {
        JsonElement list = await client.CallAsync("node.list", null, context.Timeout, cancellationToken);
        JsonElement[] nodes = [.. list.Items("nodes")];
        JsonElement[] found = Array.FindAll(nodes, node => node.Text("nodeId") == wanted);
        found = found.Length > 0 ? found : Array.FindAll(nodes, node =>
            string.Equals(node.Text("displayName"), wanted, StringComparison.OrdinalIgnoreCase) || node.Text("remoteIp") == wanted
            || (wanted.Length >= 6 && node.Text("nodeId")?.StartsWith(wanted, StringComparison.OrdinalIgnoreCase) == true));
        return found switch
        {
            [{ } only] => only.Text("nodeId")!,
            [] => throw new CliException(ExitCode.Usage, $"there is no node '{wanted}' (openclaw nodes status)"),
            _ => throw new CliException(ExitCode.Usage, $"{found.Length} nodes are called '{wanted}'; give an id (openclaw nodes status)"),
        };
    }

    private static async Task<int> PrintAsync(
        CliContext context, GatewayClient client, string method, CancellationToken cancellationToken, params (string Name, string Value)[] members)
    {
        context.Print(await client.CallAsync(method, writer => Write(writer, members), context.Timeout, cancellationToken));
        return (int)ExitCode.Ok;
    }

    private static void Write(Utf8JsonWriter writer, (string Name, string Value)[] members)
    {
        writer.WriteStartObject();
        Array.ForEach(members, member => writer.WriteString(member.Name, member.Value));
        writer.WriteEndObject();
    }

    private static string Names(JsonElement row, string list) =>
        string.Join(' ', row.Items(list).Select(item => item.GetString())) is { Length: > 0 } text ? text : "-";
}
