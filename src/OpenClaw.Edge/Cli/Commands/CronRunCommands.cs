using System.CommandLine;
using System.Globalization;
using System.Text.Json;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw cron run</c> and <c>openclaw cron runs</c>.</summary>
internal static class CronRunCommands
{
    public static Command Run(CliOptions shared, CliWorld world)
    {
        Argument<string> id = new("id") { Description = "Id of the job" };
        Option<bool> due = new("--due") { Description = "Only when it is due" };
        Option<bool> wait = new("--wait") { Description = "Wait for the end of the run" };
        Option<string> longest = new("--wait-timeout") { Description = "How long to wait", HelpName = "duration", DefaultValueFactory = _ => "10m" };
        Option<string> interval = new("--poll-interval") { Description = "How often to look", HelpName = "duration", DefaultValueFactory = _ => "2s" };
        return new Command("run", "Run a job now") { id, due, wait, longest, interval }.Does(shared, world, (context, cancellationToken) =>
            RunAsync(
                context, context.Parsed.GetRequiredValue(id), context.Parsed.GetValue(due), context.Parsed.GetValue(wait),
                CronTimes.Span(context.Parsed.GetRequiredValue(longest), "--wait-timeout"),
                CronTimes.Span(context.Parsed.GetRequiredValue(interval), "--poll-interval"), cancellationToken));
    }

    public static Command Runs(CliOptions shared, CliWorld world)
    {
        Argument<string?> id = new("id") { Description = "Id of the job; all jobs when left out", Arity = ArgumentArity.ZeroOrOne };
        Option<string?> named = new("--id") { Description = "Id of the job", HelpName = "id" };
        Option<int> limit = new("--limit") { Description = "Most runs to print", HelpName = "n", DefaultValueFactory = _ => 50 };
        Option<int?> offset = new("--offset") { Description = "Runs to leave out first", HelpName = "n" };
        Option<string?> runId = new("--run-id") { Description = "Only this run", HelpName = "run" };
        Option<string?> status = new("--status") { Description = "Only runs that ended so", HelpName = "status" };
        status.AcceptOnlyFromAmong("all", "ok", "error", "skipped");
        Option<string?> delivery = new("--delivery-status") { Description = "Only those whose answer went so", HelpName = "status" };
        delivery.AcceptOnlyFromAmong("delivered", "not-delivered", "unknown", "not-requested");
        Option<string?> query = new("--query") { Description = "Only with this in their text", HelpName = "text" };
        Option<string?> sort = new("--sort") { Description = "asc for the oldest first", HelpName = "order" };
        sort.AcceptOnlyFromAmong("asc", "desc");
        return new Command("runs", "Print the runs of a job, newest first") { id, named, limit, offset, runId, status, delivery, query, sort }.Does(
            shared, world, async (context, cancellationToken) =>
            {
                (string? job, string? other) = (context.Parsed.GetValue(id), context.Parsed.GetValue(named));
                job = job is null || other is null || job == other ? job ?? other
                    : throw new CliException(ExitCode.Usage, $"'{job}' and --id '{other}' are two jobs; give one of them");
                context.Print(await context.CallAsync("cron.runs", GatewayScopes.Read, cancellationToken, writer =>
                {
                    writer.WriteStartObject();
                    CronFlags.Text(writer, "id", job);
                    CronFlags.Text(writer, "scope", job is null ? "all" : null);
                    CronFlags.Text(writer, "runId", context.Parsed.GetValue(runId));
                    CronFlags.Text(writer, "status", context.Parsed.GetValue(status));
                    CronFlags.Text(writer, "deliveryStatus", context.Parsed.GetValue(delivery));
                    CronFlags.Text(writer, "query", context.Parsed.GetValue(query));
                    CronFlags.Text(writer, "sortDir", context.Parsed.GetValue(sort));
                    writer.WriteNumber("limit"u8, context.Parsed.GetValue(limit));
                    if (context.Parsed.GetValue(offset) is { } skip)
                    {
                        writer.WriteNumber("offset"u8, skip);
                    }

                    writer.WriteEndObject();
                }));
                return (int)ExitCode.Ok;
            });
    }

    private static async Task<int> RunAsync(
        CliContext context, string id, bool due, bool wait, TimeSpan longest, TimeSpan interval, CancellationToken cancellationToken)
    {
        await using GatewayClient client = await context.ConnectAsync(GatewayScopes.Admin, cancellationToken);
        JsonElement started = await client.CallAsync(
            "cron.run",
            writer =>
            {
                writer.WriteStartObject();
                writer.WriteString("id"u8, id);
                writer.WriteString("mode"u8, due ? "due" : "force");
                writer.WriteEndObject();
            },
            context.Timeout, cancellationToken);
        if (!wait || started.Text("runId") is not { } runId)
        {
            context.Print(started);
            return (int)(started.Flag("enqueued") ? ExitCode.Ok : ExitCode.Failed);
        }

        JsonElement? entry = await EndAsync(context, client, id, runId, longest, interval, cancellationToken);
        if (entry is not { } ended)
        {
            throw new CliException(ExitCode.Failed, string.Create(
                CultureInfo.InvariantCulture, $"run {runId} did not end within {longest.TotalSeconds:0} s; it goes on (openclaw cron runs {id} --run-id {runId})"));
        }

        context.Print(ended);
        return (int)(ended.Text("status") == "ok" ? ExitCode.Ok : ExitCode.Failed);
    }

    // A job that runs once is gone after its run; its log entry stays, under all jobs.
    private static async Task<JsonElement?> EndAsync(
        CliContext context, GatewayClient client, string id, string runId, TimeSpan longest, TimeSpan interval, CancellationToken cancellationToken)
    {
        long began = context.Clock.GetTimestamp();
        while (true)
        {
            JsonElement page = await client.CallAsync(
                "cron.runs",
                writer =>
                {
                    writer.WriteStartObject();
                    writer.WriteString("scope"u8, "all"u8);
                    writer.WriteString("runId"u8, runId);
                    writer.WriteEndObject();
                },
                context.Timeout, cancellationToken);
            foreach (JsonElement found in page.Items("entries").Where(row => row.Text("jobId") == id))
            {
                return found;
            }

            if (context.Clock.GetElapsedTime(began) >= longest)
            {
                return null;
            }

            await Task.Delay(interval, context.Clock, cancellationToken);
        }
    }
}
