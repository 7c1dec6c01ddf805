using System.CommandLine;
using System.Text.Json;
using OpenClaw.Edge.Protocol.Gateway;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw models status</c>: which model answers, what stands in for it, and which servers are there.</summary>
internal static class ModelsStatusCommand
{
    public static Command Create(CliOptions shared, CliWorld world)
    {
        Option<bool> check = new("--check") { Description = "Exit with 1 when the default model is not available" };
        Command command = new("status", "Show the default model, its stand-ins and the model servers")
        {
            check,
            new Option<bool>("--plain") { Hidden = true },
            new Option<bool>("--probe") { Hidden = true },
            new Option<string?>("--agent") { Hidden = true },
        };
        return command.Does(shared, world, (context, cancellationToken) =>
            RunAsync(context, context.Parsed.GetValue(check), cancellationToken));
    }

    public static Task<int> RunAsync(CliContext context, CancellationToken cancellationToken) =>
        RunAsync(context, check: false, cancellationToken);

    private static async Task<int> RunAsync(CliContext context, bool check, CancellationToken cancellationToken)
    {
        await using GatewayClient client = await context.ConnectAsync(GatewayScopes.Read, cancellationToken);
        JsonElement agents = await client.CallAsync("agents.list", null, context.Timeout, cancellationToken);
        List<ModelRow> rows = await ModelRow.ListAsync(client, context, "all", cancellationToken);
        string? agentId = agents.Text("defaultId");
        JsonElement choice = agents.Items("agents")
            .FirstOrDefault(agent => agentId is null || agent.Text("id") == agentId)
            .Member("model");
        string? primary = choice.ValueKind == JsonValueKind.String ? choice.GetString() : choice.Text("primary");
        string[] fallbacks = [.. choice.Items("fallbacks").Select(model => model.GetString() ?? "")];
        bool? available = rows.Find(row => row.Key == primary)?.Available;
        if (context.Json)
        {
            context.Print(writer => Write(writer, context, primary, fallbacks, available, rows));
        }
        else
        {
            Say(context, primary, fallbacks, available, rows);
        }

        return (int)(check && available != true ? ExitCode.Failed : ExitCode.Ok);
    }

    private static IEnumerable<IGrouping<string, ModelRow>> Servers(List<ModelRow> rows) => rows.GroupBy(row => row.Provider);

    private static void Write(
        Utf8JsonWriter writer, CliContext context, string? primary, string[] fallbacks, bool? available, List<ModelRow> rows)
    {
        writer.WriteStartObject();
        writer.WriteString("configPath"u8, context.Config.Path);
        writer.WriteString("defaultModel"u8, primary);
        writer.WriteString("resolvedDefault"u8, primary);
        if (available is { } known)
        {
            writer.WriteBoolean("defaultAvailable"u8, known);
        }

        writer.WriteTexts("fallbacks"u8, fallbacks);
        writer.WriteStartArray("providers"u8);
        foreach (IGrouping<string, ModelRow> server in Servers(rows))
        {
            writer.WriteStartObject();
            writer.WriteString("provider"u8, server.Key);
            writer.WriteNumber("models"u8, server.Count());
            writer.WriteNumber("available"u8, server.Count(row => row.Available == true));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Say(
        CliContext context, string? primary, string[] fallbacks, bool? available, List<ModelRow> rows)
    {
        Paint paint = context.Paint;
        string state = available switch
        {
            true => paint.Good("available"),
            false => paint.Bad("unreachable: start its server, or choose another with 'openclaw models set'"),
            null => paint.Warn("not in the list of models"),
        };
        context.Say(primary is null
            ? $"default    {paint.Warn("none")}; choose one with 'openclaw models set provider/model'"
            : $"default    {paint.Bold(primary)} {state}");
        context.Say($"fallbacks  {(fallbacks.Length == 0 ? "none" : string.Join(", ", fallbacks))}");
        foreach (IGrouping<string, ModelRow> server in Servers(rows))
        {
            int up = server.Count(row => row.Available == true);
            string count = $"{up} of {server.Count()} models available";
            context.Say($"server     {server.Key}: {(up > 0 ? paint.Good(count) : paint.Bad(count))}");
        }
    }
}
