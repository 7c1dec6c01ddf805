using System.CommandLine;
using System.Text.Json;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw status</c>: the gateway, its models and its latest sessions at a glance.</summary>
internal static class StatusCommand
{
    private const int ShownSessions = 5;

    public static Command Create(CliOptions shared, CliWorld world)
    {
        Command command = new("status", "Show the gateway, its model and its latest sessions");
        foreach (string name in (string[])["--all", "--deep", "--usage", "--verbose", "--debug"])
        {
            command.Add(new Option<bool>(name) { Hidden = true });
        }

        return command.Does(shared, world, RunAsync);
    }

    private static async Task<int> RunAsync(CliContext context, CancellationToken cancellationToken)
    {
        long start = context.Clock.GetTimestamp();
        await using GatewayClient client = await context.ConnectAsync(GatewayScopes.Read, cancellationToken);
        GatewayReport report = new(context.Target, client.Hello, context.Clock.GetElapsedTime(start));
        JsonElement status = await client.CallAsync(
            "status",
            writer =>
            {
                writer.WriteStartObject();
                writer.WriteBoolean("includeChannelSummary"u8, false);
                writer.WriteBoolean("machine"u8, true);
                writer.WriteEndObject();
            },
            context.Timeout,
            cancellationToken);
        if (context.Json)
        {
            context.Print(writer => Write(writer, status, report));
        }
        else
        {
            Say(context, status, report, await MemoryAsync(context, client, cancellationToken));
        }

        return (int)ExitCode.Ok;
    }

    // A gateway without memory, or an older one, has nothing to tell.
    private static async Task<JsonElement> MemoryAsync(CliContext context, GatewayClient client, CancellationToken cancellationToken)
    {
        try
        {
            return await client.CallAsync("doctor.memory.status", null, context.Timeout, cancellationToken);
        }
        catch (CliException e) when (e.Exit == ExitCode.Failed)
        {
            return default;
        }
    }

    private static void Write(Utf8JsonWriter writer, JsonElement status, GatewayReport report)
    {
        writer.WriteStartObject();
        foreach (JsonProperty member in status.EnumerateObject())
        {
            member.WriteTo(writer);
        }

        report.Write(writer);
        writer.WriteEndObject();
    }

    private static void Say(CliContext context, JsonElement status, GatewayReport report, JsonElement memory)
    {
        report.Say(context);
        JsonElement sessions = status.Member("sessions");
        JsonElement defaults = sessions.Member("defaults");
        string model = defaults.ModelRef() is { } name
            ? $"{name}{(defaults.Number("contextTokens") is { } window ? $" ({HumanText.Count(window)} context)" : "")}"
            : "not shown to this connection, see 'openclaw models'";
        context.Say($"  model     {model}");
        context.Say($"  sessions  {sessions.Number("count") ?? 0}");
        if (memory.Number("files") is > 0 and long notes)
        {
            context.Say($"  memory    {notes} files, {memory.Number("embedded") ?? 0} of {memory.Number("chunks") ?? 0} pieces with a vector");
        }

        JsonElement machine = status.Member("machine");
        if (machine.Number("memoryAvailableBytes") is { } free && machine.Number("memoryLimitBytes") is { } all)
        {
            string celsius = machine.Member("celsius") is { ValueKind: JsonValueKind.Number } heat ? $", {heat.GetDouble():0} °C" : "";
            context.Say($"  machine   {free >> 20} of {all >> 20} MB free{celsius}");
        }

        JsonElement[] recent = [.. sessions.Items("recent").Take(ShownSessions)];
        if (recent.Length == 0)
        {
            return;
        }

        context.Say("");
        TextTable table = new("SESSION", "UPDATED", "MODEL", "TOKENS");
        foreach (JsonElement row in recent)
        {
            string used = row.Number("percentUsed") is { } percent ? $" ({percent} %)" : "";
            table.Add(
                row.Text("key") ?? "-",
                HumanText.Ago(row.Number("updatedAt"), context.Clock),
                row.ModelRef() ?? "-",
                HumanText.Count(row.Number("totalTokens")) + used);
        }

        table.Write(context.Terminal.Out, context.Paint, context.TableWidth);
    }
}
