using System.CommandLine;
using System.Text.Json;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw devices</c>: who may connect, and who waits for it. Alone it lists, as in the original.</summary>
internal static class DevicesCommand
{
    public static Command Create(CliOptions shared, CliWorld world)
    {
        Command devices = new("devices", "List, approve and remove paired devices")
        {
            new Command("list", "List devices that wait and devices that are paired").Does(shared, world, ListAsync),
            Approve(shared, world),
            OnRequest("reject", "Refuse a device that waits", "device.pair.reject", "rejected", shared, world),
            OnDevice("remove", "Forget a device and end its connections", "device.pair.remove", "removed", withRole: false, shared, world),
            OnDevice("rotate", "Give a device a new token and end its connections", "device.token.rotate", "rotated", withRole: true, shared, world),
            OnDevice("revoke", "End a device's token and its connections", "device.token.revoke", "revoked", withRole: true, shared, world),
        };
        return devices.Does(shared, world, ListAsync);
    }

    private static async Task<int> ListAsync(CliContext context, CancellationToken cancellationToken)
    {
        await using GatewayClient client = await context.ConnectAsync(GatewayScopes.Admin, cancellationToken);
        JsonElement list = await client.CallAsync("device.pair.list", Empty, context.Timeout, cancellationToken);
        if (context.Json)
        {
            context.Print(list);
            return (int)ExitCode.Ok;
        }

        JsonElement nodes = await client.CallAsync("node.pair.list", Empty, context.Timeout, cancellationToken);
        SayPending(context, list, nodes);
        SayPaired(context, list);
        return (int)ExitCode.Ok;
    }

    private static void SayPending(CliContext context, JsonElement list, JsonElement nodes)
    {
        TextTable table = new("REQUEST", "ROLE", "WANTS", "CLIENT", "FROM", "ASKED");
        int rows = 0;
        foreach (JsonElement row in list.Items("pending"))
        {
            rows++;
            table.Add(
                row.Text("requestId") ?? "-",
                row.Text("role") ?? "-",
                Join(row, "scopes"),
                row.Text("displayName") ?? row.Text("clientId") ?? "-",
                row.Text("remoteIp") ?? "this machine",
                HumanText.Ago(row.Number("ts"), context.Clock));
        }

        foreach (JsonElement row in nodes.Items("pending"))
        {
            rows++;
            table.Add(
                row.Text("requestId") ?? "-",
                "commands",
                Join(row, "commands"),
                row.Text("nodeId") is { Length: > 12 } id ? id[..12] : "-",
                "-",
                HumanText.Ago(row.Number("ts"), context.Clock));
        }

        if (rows > 0)
        {
            context.Say("waiting (openclaw devices approve REQUEST):");
            table.Write(context.Terminal.Out, context.Paint, context.TableWidth);
            context.Say("");
        }
    }

    private static void SayPaired(CliContext context, JsonElement list)
    {
        TextTable table = new("DEVICE", "NAME", "ROLES", "SCOPES", "VIA", "SEEN");
        int rows = 0;
        foreach (JsonElement row in list.Items("paired"))
        {
            rows++;
            table.Add(
                row.Text("deviceId") ?? "-",
                row.Text("operatorLabel") ?? row.Text("displayName") ?? row.Text("clientId") ?? "-",
                Join(row, "roles"),
                Join(row, "scopes"),
                row.Text("approvedVia") ?? "-",
                row.Flag("connected") ? "connected" : HumanText.Ago(row.Number("lastSeenAtMs"), context.Clock));
        }

        if (rows == 0)
        {
            context.Say("no paired devices; pair a phone with 'openclaw pair'");
            return;
        }

        table.Write(context.Terminal.Out, context.Paint, context.TableWidth);
    }

    private static Command Approve(CliOptions shared, CliWorld world)
    {
        Argument<string?> request = new("request") { Description = "Id of the request; the only one waiting when left out", Arity = ArgumentArity.ZeroOrOne };
        return new Command("approve", "Let a device in, or let a node's commands be used") { request }.Does(
            shared, world, (context, cancellationToken) => ApproveAsync(context, context.Parsed.GetValue(request), cancellationToken));
    }

    private static async Task<int> ApproveAsync(CliContext context, string? request, CancellationToken cancellationToken)
    {
        await using GatewayClient client = await context.ConnectAsync(GatewayScopes.Admin, cancellationToken);
        JsonElement devices = await client.CallAsync("device.pair.list", Empty, context.Timeout, cancellationToken);
        JsonElement nodes = await client.CallAsync("node.pair.list", Empty, context.Timeout, cancellationToken);
        string[] waiting =
        [
            .. devices.Items("pending").Concat(nodes.Items("pending")).Select(row => row.Text("requestId") ?? ""),
        ];
        string id = request ?? (waiting is [string only]
            ? only
            : throw new CliException(
                ExitCode.Usage,
                waiting.Length == 0 ? "nothing waits for approval" : $"{waiting.Length} requests wait; name one (openclaw devices list)"));
        bool node = nodes.Items("pending").Any(row => row.Text("requestId") == id);
        JsonElement answer = await client.CallAsync(
            node ? "node.pair.approve" : "device.pair.approve", Object(("requestId", id)), context.Timeout, cancellationToken);
        if (context.Json)
        {
            context.Print(answer);
        }
        else
        {
            context.Say(node
                ? $"approved the commands of node {answer.Member("node").Text("nodeId")}"
                : $"approved device {answer.Member("device").Text("deviceId")}");
        }

        return (int)ExitCode.Ok;
    }

    private static Command OnRequest(
        string name, string description, string method, string done, CliOptions shared, CliWorld world)
    {
        Argument<string> request = new("request") { Description = "Id of the request" };
        return new Command(name, description) { request }.Does(shared, world, (context, cancellationToken) =>
            CallAsync(context, method, done, cancellationToken, ("requestId", context.Parsed.GetRequiredValue(request))));
    }

    private static Command OnDevice(
        string name, string description, string method, string done, bool withRole, CliOptions shared, CliWorld world)
    {
        Argument<string?> positional = new("id") { Description = "Device id", Arity = ArgumentArity.ZeroOrOne };
        Option<string?> device = new("--device") { Description = "Device id, as in the original", HelpName = "id" };
        Option<string> role = new("--role") { Description = "operator or node", DefaultValueFactory = _ => "operator" };
        Command command = new(name, description) { positional, device };
        if (withRole)
        {
            command.Add(role);
        }

        return command.Does(shared, world, (context, cancellationToken) =>
        {
            string id = context.Parsed.GetValue(positional) ?? context.Parsed.GetValue(device)
                ?? throw new CliException(ExitCode.Usage, $"devices {name} needs a device id (openclaw devices list)");
            return withRole
                ? CallAsync(context, method, done, cancellationToken, ("deviceId", id), ("role", context.Parsed.GetRequiredValue(role)))
                : CallAsync(context, method, done, cancellationToken, ("deviceId", id));
        });
    }

    private static async Task<int> CallAsync(
        CliContext context,
        string method,
        string done,
        CancellationToken cancellationToken,
        params (string Name, string Value)[] members)
    {
        JsonElement answer = await context.CallAsync(method, GatewayScopes.Admin, cancellationToken, Object(members));
        if (context.Json)
        {
            context.Print(answer);
        }
        else
        {
            context.Say($"{done} {answer.Text("deviceId") ?? members[0].Value}");
        }

        return (int)ExitCode.Ok;
    }

    private static void Empty(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteEndObject();
    }

    private static Action<Utf8JsonWriter> Object(params (string Name, string Value)[] members) => writer =>
    {
        writer.WriteStartObject();
        foreach ((string name, string value) in members)
        {
            writer.WriteString(name, value);
        }

        writer.WriteEndObject();
    };

    private static string Join(JsonElement row, string name) =>
        string.Join(' ', row.Items(name).Select(item => item.GetString()?.Replace("operator.", "", StringComparison.Ordinal))) is { Length: > 0 } text
            ? text
            : "-";
}
