using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using OpenClaw.Edge.Cli.Checks;
using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw doctor</c>: looks at everything a gateway needs, and changes nothing unless asked to.</summary>
internal static class DoctorCommand
{
    private const int SchemaVersion = 1;

    // The year of the first release: an earlier clock breaks certificates and tokens.
    private const int OldestYear = 2026;

    public static Command Create(CliOptions shared, CliWorld world)
    {
        Option<bool> fix = new("--fix", "--repair") { Description = "Say what would be repaired; with --yes do it" };
        Option<bool> yes = new("--yes", "-y") { Description = "Repair without asking" };
        Option<bool> undo = new("--undo") { Description = "Take the last repairs back" };
        Option<bool> lint = new("--lint") { Description = "Exit with 1 when something should be looked at" };
        return new Command("doctor", "Look for what is wrong with this machine's gateway")
        {
            fix, yes, undo, lint,
            new Option<bool>("--non-interactive") { Hidden = true },
            new Option<bool>("--deep") { Hidden = true },
            new Option<bool>("--all") { Hidden = true },
        }.Does(shared, world, (context, cancellationToken) =>
            context.Parsed.GetValue(undo)
                ? Task.FromResult(Undo(context))
                : RunAsync(context, context.Parsed.GetValue(fix), context.Parsed.GetValue(yes), context.Parsed.GetValue(lint), cancellationToken));
    }

    private static async Task<int> RunAsync(CliContext context, bool fix, bool yes, bool lint, CancellationToken cancellationToken)
    {
        List<Finding> findings = await FindAsync(context, cancellationToken);
        Finding[] repairable = [.. findings.Where(finding => finding.Repair is not null)];
        bool sure = fix && repairable.Length > 0 && (yes || await IsSureAsync(context, repairable, cancellationToken));
        List<Finding> repaired = sure ? Repair(context, repairable) : [];
        List<Finding> open = [.. findings.Where(finding => finding.Severity > FindingSeverity.Ok && !repaired.Contains(finding))];
        if (context.Json)
        {
            context.Print(writer => Write(writer, findings, open, repaired));
        }
        else
        {
            Say(context, findings, open, repaired);
        }

        return (int)(lint && open.Exists(finding => finding.Severity >= FindingSeverity.Warning) ? ExitCode.Failed : ExitCode.Ok);
    }

    /// <summary>Everything that is looked at, in the order of the report.</summary>
    public static async Task<List<Finding>> FindAsync(CliContext context, CancellationToken cancellationToken)
    {
        Task<IReadOnlyList<Finding>> gateway = GatewayChecks.CheckAsync(context, cancellationToken);
        Task<IReadOnlyList<Finding>> servers = ModelServerChecks.CheckAsync(context.Config.Config, context.Clock, cancellationToken);
        StatePaths paths = context.Paths;
        return
        [
            .. Config(context),
            .. ConfigChecks.Check(context.Config, paths, context.Clock),
            .. FileChecks.CheckModes(paths),
            .. FileChecks.CheckState(paths),
            .. StateChecks.Check(paths, context.Clock),
            .. MachineChecks.Check(context.Config.Config, paths, context.Environment, "/", context.Clock),
            Clock(context.Clock),
            .. UnitChecks.Check(context),
            .. await gateway,
            .. await servers,
            .. await SandboxChecks.CheckAsync(context, cancellationToken),
            .. await McpChecks.CheckAsync(context, cancellationToken),
        ];
    }

    // A dry run where nobody can be asked.
    private static async Task<bool> IsSureAsync(CliContext context, Finding[] repairable, CancellationToken cancellationToken)
    {
        foreach (Finding finding in context.Json ? [] : repairable)
        {
            context.Say($"would run: {finding.Repair!.Text}");
        }

        if (!context.Terminal.InIsTerminal || context.Json)
        {
            return false;
        }

        context.Terminal.Ask("Repair? 'openclaw doctor --undo' takes it back. [y/N] ");
        return (await context.Terminal.In.ReadLineAsync(cancellationToken))?.Trim() is "y" or "Y" or "yes";
    }

    private static int Undo(CliContext context)
    {
        try
        {
            IReadOnlyList<string> done = Care.Repair.UndoLast(context.Paths, context.Clock);
            foreach (string command in done)
            {
                context.Say($"done: {command}");
            }

            if (done.Count == 0)
            {
                context.Say("there is no repair to take back");
            }

            return (int)ExitCode.Ok;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.Failed, $"the repairs cannot be taken back: {e.Message}");
        }
    }

    private static IEnumerable<Finding> Config(CliContext context)
    {
        List<ConfigProblem> problems = ConfigValidateCommand.Problems(context);
        foreach (ConfigProblem problem in problems)
        {
            FindingSeverity severity = problem.Severity switch
            {
                ProblemSeverity.Info => FindingSeverity.Info,
                ProblemSeverity.Warning => FindingSeverity.Warning,
                _ => FindingSeverity.Error,
            };
            yield return new Finding(
                "edge/doctor/config",
                severity,
                (problem with { Fix = null }).ToString(),
                problem.Fix)
            {
                Path = problem.Path.Length > 0 ? problem.Path : null,
            };
        }

        if (problems.Count == 0)
        {
            yield return Finding.Ok("edge/doctor/config", $"{context.Config.Path} has no problems");
        }
    }

    private static Finding Clock(TimeProvider clock)
    {
        DateTimeOffset now = clock.GetUtcNow();
        return now.Year < OldestYear
            ? new Finding(
                "edge/doctor/clock",
                FindingSeverity.Error,
                $"the clock says {now:yyyy-MM-dd}: certificates and timestamps will be wrong",
                "switch time synchronisation on: 'timedatectl set-ntp true'")
            : Finding.Ok("edge/doctor/clock", $"the clock says {now:yyyy-MM-dd HH:mm} UTC");
    }

    private static List<Finding> Repair(CliContext context, Finding[] findings)
    {
        List<Finding> repaired = [];
        string batch = context.Clock.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH-mm-ss.fff'Z'", CultureInfo.InvariantCulture);
        foreach (Finding finding in findings)
        {
            try
            {
                finding.Repair!.Apply(context.Paths, finding.CheckId, batch, context.Clock);
                repaired.Add(finding);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // stays open, with its hint
            }
        }

        return repaired;
    }

    private static void Write(Utf8JsonWriter writer, List<Finding> findings, List<Finding> open, List<Finding> repaired)
    {
        writer.WriteStartObject();
        writer.WriteNumber("schemaVersion"u8, SchemaVersion);
        writer.WriteBoolean("ok"u8, !open.Exists(finding => finding.Severity >= FindingSeverity.Warning));
        writer.WriteNumber("checksRun"u8, findings.Select(finding => finding.CheckId).Distinct().Count());
        WriteList(writer, "findings", open);
        WriteList(writer, "repaired", repaired);
        writer.WriteEndObject();
    }

    private static void WriteList(Utf8JsonWriter writer, string name, List<Finding> findings)
    {
        writer.WriteStartArray(name);
        foreach (Finding finding in findings)
        {
            writer.WriteStartObject();
            writer.WriteString("checkId"u8, finding.CheckId);
            writer.WriteString("severity"u8, finding.Severity.ToString().ToLowerInvariant());
            writer.WriteString("message"u8, finding.Message);
            if (finding.Path is not null)
            {
                writer.WriteString("path"u8, finding.Path);
            }

            if (finding.FixHint is not null)
            {
                writer.WriteString("fixHint"u8, finding.FixHint);
            }

            if (finding.Repair is { } repair)
            {
                writer.WriteString("repair"u8, repair.Text);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void Say(CliContext context, List<Finding> findings, List<Finding> open, List<Finding> repaired)
    {
        Paint paint = context.Paint;
        foreach (Finding finding in findings)
        {
            string mark = repaired.Contains(finding) ? paint.Good("✓ repaired:") : finding.Severity switch
            {
                FindingSeverity.Ok => paint.Good("✓"),
                FindingSeverity.Info => paint.Dim("·"),
                FindingSeverity.Warning => paint.Warn("!"),
                _ => paint.Bad("✗"),
            };
            context.Say($"{mark} {TextLayout.OneLine(finding.Message)}");
            if (finding.FixHint is { } hint && open.Contains(finding))
            {
                context.Say($"    {paint.Accent(TextLayout.OneLine(hint))}");
            }
        }

        int repairable = open.Count(finding => finding.Repair is not null);
        if (repairable > 0)
        {
            context.Say($"nothing was changed; 'openclaw doctor --fix --yes' repairs {repairable} of these");
        }
    }
}
