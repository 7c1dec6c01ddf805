using System.CommandLine;
using Microsoft.Extensions.Logging.Abstractions;
using OpenClaw.Edge.Care;
using OpenClaw.Edge.Import;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw import</c>: brings the state folder of an original over; without <c>--yes</c> it only tells.</summary>
internal static class ImportCommand
{
    private const int MostShown = 200;

    public static Command Create(CliOptions shared, CliWorld world)
    {
        Argument<string> source = new("dir") { Description = "State folder of the original, such as ~/.openclaw" };
        Option<string?> only = new("--only") { Description = "Only these, with commas between", HelpName = string.Join(',', ImportRequest.AllKinds) };
        Option<bool> credentials = new("--include-credentials") { Description = "Bring API keys and .env too" };
        Option<bool> yes = new("--yes", "-y") { Description = "Do it; without this it is only told" };
        return new Command("import", "Bring the state of an original over (told only, without --yes)") { source, only, credentials, yes }.Does(
            shared, world, async (context, cancellationToken) =>
            {
                string[] kinds = context.Parsed.GetValue(only)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [.. ImportRequest.AllKinds];
                if (kinds.Length == 0 || Array.Find(kinds, kind => !ImportRequest.AllKinds.Contains(kind)) is not null)
                {
                    throw new CliException(ExitCode.Usage, $"--only takes {string.Join(", ", ImportRequest.AllKinds)}, with commas between");
                }

                ImportRequest request = new()
                {
                    Source = Path.TrimEndingDirectorySeparator(context.Environment.FullPath(context.Parsed.GetRequiredValue(source))),
                    Paths = context.Paths,
                    Config = context.Config,
                    Environment = context.Environment,
                    Time = context.Clock,
                    Kinds = kinds,
                    Credentials = context.Parsed.GetValue(credentials),
                    Apply = context.Parsed.GetValue(yes),
                };
                Task<IReadOnlyList<ImportRow>> work = await BackupCommand.GuardAsync(() => StateImport.RunAsync(request, NullLogger.Instance, cancellationToken), cancellationToken);
                IReadOnlyList<ImportRow> rows = await EndAsync(work);
                Tell(context, request, rows);
                return (int)(rows.Any(row => row.State == "failed") ? ExitCode.Failed : ExitCode.Ok);
            });
    }

    private static async Task<IReadOnlyList<ImportRow>> EndAsync(Task<IReadOnlyList<ImportRow>> work)
    {
        try
        {
            return await work;
        }
        catch (CareException e)
        {
            throw new CliException(ExitCode.Failed, e.Message, e.Failure == CareFailure.Busy ? "gateway_running" : null);
        }
    }

    private static void Tell(CliContext context, ImportRequest request, IReadOnlyList<ImportRow> rows)
    {
        if (context.Json)
        {
            Print(context, request, rows);
            return;
        }

        TextTable table = new("What", "Name", "Holds", "State", "Remark");
        foreach (ImportRow row in rows.Take(MostShown))
        {
            table.Add(row.Kind, row.Name, $"{row.Count}", row.State, Remark(row));
        }

        if (rows.Count > 0)
        {
            table.Write(context.Terminal.Out, context.Paint, context.TableWidth);
        }

        if (rows.Count > MostShown)
        {
            context.Say($"and {rows.Count - MostShown} more: --json shows all");
        }

        context.Say("");
        foreach (string kind in ImportRequest.AllKinds)
        {
            ImportRow[] of = [.. rows.Where(row => row.Kind == kind)];
            if (of.Length > 0)
            {
                context.Say(request.Apply
                    ? $"{kind}: {Count(of, "done")} brought ({of.Sum(row => row.Verified ?? 0)} {Unit(kind)} read back), {Count(of, "skipped")} left out, {Count(of, "failed")} failed"
                    : $"{kind}: {Count(of, "ready")} to bring ({of.Where(row => row.State == "ready").Sum(row => row.Count)} {Unit(kind)}), {Count(of, "skipped")} left out, {Count(of, "failed")} that cannot be read");
            }
        }

        context.Say(rows.Count == 0 ? $"there is nothing to bring in {request.Source}"
            : request.Apply ? $"nothing in {request.Source} was changed; next: openclaw doctor, then start the gateway, and keep the original stopped if both have jobs"
            : "nothing was changed; --yes brings it");
    }

    private static string Remark(ImportRow row) => string.Join("; ", new[]
    {
        row.Problem, row.Skip, row.Note == row.Skip ? null : row.Note, row.Problem is null && row.Skip is null ? $"to {row.Target}" : null,
    }.OfType<string>());

    private static int Count(ImportRow[] rows, string state) => rows.Count(row => row.State == state);

    private static string Unit(string kind) => kind switch
    {
        "sessions" => "records",
        "cron" => "jobs",
        "credentials" => "keys",
        _ => "files",
    };

    private static void Print(CliContext context, ImportRequest request, IReadOnlyList<ImportRow> rows) => context.Print(json =>
    {
        json.WriteStartObject();
        json.WriteBoolean("ok"u8, !rows.Any(row => row.State == "failed"));
        json.WriteString("source"u8, request.Source);
        json.WriteBoolean("dryRun"u8, !request.Apply);
        json.WriteStartArray("items"u8);
        foreach (ImportRow row in rows)
        {
            json.WriteStartObject();
            json.WriteString("kind"u8, row.Kind);
            json.WriteString("name"u8, row.Name);
            json.WriteNumber("count"u8, row.Count);
            json.WriteString("state"u8, row.State);
            if (row.Verified is { } verified)
            {
                json.WriteNumber("verified"u8, verified);
            }

            Write(json, "target", row.Target);
            Write(json, "skipped", row.Skip);
            Write(json, "note", row.Note);
            Write(json, "problem", row.Problem);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static void Write(System.Text.Json.Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }
}
