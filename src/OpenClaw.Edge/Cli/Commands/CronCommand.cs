using System.CommandLine;
using System.Text.Json;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw cron</c>: jobs of the gateway's scheduler. What changes or runs one prints JSON, as in the original.</summary>
internal static class CronCommand
{
    private const int PageSize = 200;

    public static Command Create(CliOptions shared, CliWorld world)
    {
        Command cron = new("cron", "Jobs at their times: list, add, change, run")
        {
            List(shared, world),
            CronEditCommands.Add(shared, world),
            CronEditCommands.Edit(shared, world),
            OnJob("get", "Print a job as JSON", shared, world, (context, id, cancellationToken) => CallAsync(context, "cron.get", id, GatewayScopes.Read, cancellationToken)),
            OnJob("show", "Show a job", shared, world, ShowAsync),
            OnJob("enable", "Switch a job on", shared, world, (context, id, cancellationToken) => SwitchAsync(context, id, true, cancellationToken)),
            OnJob("disable", "Switch a job off", shared, world, (context, id, cancellationToken) => SwitchAsync(context, id, false, cancellationToken)),
            OnJob("rm", "Remove a job", shared, world, (context, id, cancellationToken) => CallAsync(context, "cron.remove", id, GatewayScopes.Admin, cancellationToken), "remove"),
            CronRunCommands.Run(shared, world),
            CronRunCommands.Runs(shared, world),
            CronScratchCommand.Create(shared, world),
            new Command("status", "Show how the scheduler is").Does(shared, world, async (context, cancellationToken) =>
            {
                context.Print(await context.CallAsync("cron.status", GatewayScopes.Read, cancellationToken));
                return (int)ExitCode.Ok;
            }),
        };
        cron.Aliases.Add("automations");
        return cron.ShowsHelp(world);
    }

    /// <summary>A command whose argument is a job.</summary>
    public static Command OnJob(
        string name, string description, CliOptions shared, CliWorld world, Func<CliContext, string, CancellationToken, Task<int>> body, string? alias = null)
    {
        Argument<string> id = new("id") { Description = "Id of the job" };
        Command command = new(name, description) { id };
        if (alias is not null)
        {
            command.Aliases.Add(alias);
        }

        return command.Does(shared, world, (context, cancellationToken) => body(context, context.Parsed.GetRequiredValue(id), cancellationToken));
    }

    /// <summary>When a job runs, for a person.</summary>
    public static string When(JsonElement schedule) => schedule.Text("kind") switch
    {
        "at" => $"at {schedule.Text("at")}",
        "every" => $"every {HumanText.Duration(TimeSpan.FromMilliseconds(schedule.Number("everyMs") ?? 0))}",
        "on-exit" => $"when it ends: {schedule.Text("command")}",
        "stream" => $"for lines of: {string.Join(' ', schedule.Items("command").Select(word => word.ToString()))}",
        _ => $"{schedule.Text("expr")}{(schedule.Text("tz") is { } zone ? $" ({zone})" : "")}",
    };

    private static Command List(CliOptions shared, CliWorld world)
    {
        Option<bool> all = new("--all") { Description = "Also those that are switched off" };
        Option<string?> agent = new("--agent") { Description = "Only those of this agent", HelpName = "id" };
        return new Command("list", "List jobs") { all, agent }.Does(shared, world, (context, cancellationToken) =>
            ListAsync(context, context.Parsed.GetValue(all), context.Parsed.GetValue(agent), cancellationToken));
    }

    private static async Task<int> ListAsync(CliContext context, bool all, string? agent, CancellationToken cancellationToken)
    {
        await using GatewayClient client = await context.ConnectAsync(GatewayScopes.Read, cancellationToken);
        List<JsonElement> jobs = [];
        JsonElement page;
        do
        {
            int offset = jobs.Count;
            page = await client.CallAsync(
                "cron.list",
                writer =>
                {
                    writer.WriteStartObject();
                    writer.WriteBoolean("includeDisabled"u8, all);
                    writer.WriteNumber("limit"u8, PageSize);
                    writer.WriteNumber("offset"u8, offset);
                    if (agent is not null)
                    {
                        writer.WriteString("agentId"u8, agent);
                    }

                    writer.WriteEndObject();
                },
                context.Timeout, cancellationToken);
            jobs.AddRange(page.Items("jobs"));
        }
        while (page.Flag("hasMore") && page.Items("jobs").Any());

        if (context.Json)
        {
            context.Print(writer =>
            {
                writer.WriteStartObject();
                writer.WriteStartArray("jobs"u8);
                jobs.ForEach(job => job.WriteTo(writer));
                writer.WriteEndArray();
                writer.WriteNumber("total"u8, jobs.Count);
                writer.WriteEndObject();
            });
            return (int)ExitCode.Ok;
        }

        if (jobs.Count == 0)
        {
            context.Say(all ? "no jobs; add one with 'openclaw cron add'" : "no jobs that are on (openclaw cron list --all)");
            return (int)ExitCode.Ok;
        }

        TextTable table = new("ID", "NAME", "WHEN", "NEXT", "LAST", "STATUS", "TARGET", "AGENT");
        foreach (JsonElement job in jobs)
        {
            JsonElement state = job.Member("state");
            table.Add(
                job.Text("id") ?? "-", job.Text("displayName") ?? job.Text("name") ?? "-", When(job.Member("schedule")),
                Ahead(state.Number("nextRunAtMs"), context.Clock), HumanText.Ago(state.Number("lastRunAtMs"), context.Clock), StatusOf(job),
                job.Text("sessionTarget") ?? "-", job.Text("agentId") ?? "-");
        }

        table.Write(context.Terminal.Out, context.Paint, context.TableWidth);
        return (int)ExitCode.Ok;
    }

    private static async Task<int> ShowAsync(CliContext context, string id, CancellationToken cancellationToken)
    {
        JsonElement job = await context.CallAsync("cron.get", GatewayScopes.Read, cancellationToken, Id(id));
        if (context.Json)
        {
            context.Print(job);
            return (int)ExitCode.Ok;
        }

        JsonElement state = job.Member("state");
        JsonElement payload = job.Member("payload");
        foreach ((string name, string? value) in new (string, string?)[]
        {
            ("id", job.Text("id")), ("name", job.Text("name")), ("about", job.Text("description")), ("status", StatusOf(job)),
            ("when", When(job.Member("schedule"))), ("next", Ahead(state.Number("nextRunAtMs"), context.Clock)),
            ("agent", job.Text("agentId")), ("session", job.Text("sessionTarget")), ("wake", job.Text("wakeMode")),
            ("does", payload.Text("message") ?? payload.Text("text") ?? payload.Text("script") ?? string.Join(' ', payload.Items("argv").Select(word => word.ToString()))), ("model", payload.Text("model")),
            ("tools", string.Join(", ", payload.Items("toolsAllow").Select(tool => tool.ToString()))),
            ("last", HumanText.Ago(state.Number("lastRunAtMs"), context.Clock)), ("error", state.Text("lastError")),
        })
        {
            if (!string.IsNullOrEmpty(value))
            {
                context.Say($"{name,-8} {TextLayout.OneLine(value)}");
            }
        }

        return (int)ExitCode.Ok;
    }

    private static string StatusOf(JsonElement job) => !job.Flag("enabled") ? "off"
        : job.Member("state").Number("runningAtMs") is not null ? "running"
        : job.Member("state").Text("lastStatus") ?? "idle";

    private static string Ahead(long? atMs, TimeProvider clock) => atMs is not { } at ? "-"
        : DateTimeOffset.FromUnixTimeMilliseconds(at) - clock.GetUtcNow() is { Ticks: > 0 } ahead
            ? $"in {HumanText.Duration(ahead)}"
            : "now";

    private static async Task<int> SwitchAsync(CliContext context, string id, bool enabled, CancellationToken cancellationToken)
    {
        context.Print(await context.CallAsync("cron.update", GatewayScopes.Admin, cancellationToken, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("id"u8, id);
            writer.WriteStartObject("patch"u8);
            writer.WriteBoolean("enabled"u8, enabled);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }));
        return (int)ExitCode.Ok;
    }

    private static async Task<int> CallAsync(
        CliContext context, string method, string id, IReadOnlyList<string> scopes, CancellationToken cancellationToken)
    {
        context.Print(await context.CallAsync(method, scopes, cancellationToken, Id(id)));
        return (int)ExitCode.Ok;
    }

    /// <summary>Params that name a job.</summary>
    public static Action<Utf8JsonWriter> Id(string id) => writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, id);
        writer.WriteEndObject();
    };
}
