using System.CommandLine;
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
        Option<bool> fix = new("--fix", "--repair") { Description = "Repair what can be repaired" };
        Option<bool> lint = new("--lint") { Description = "Exit with 1 when something should be looked at" };
        return new Command("doctor", "Look for what is wrong with this machine's gateway")
        {
            fix, lint,
            new Option<bool>("--non-interactive") { Hidden = true },
            new Option<bool>("--deep") { Hidden = true },
            new Option<bool>("--all") { Hidden = true },
            new Option<bool>("--yes") { Hidden = true },
        }.Does(shared, world, (context, cancellationToken) =>
            RunAsync(context, context.Parsed.GetValue(fix), context.Parsed.GetValue(lint), cancellationToken));
    }

    private static async Task<int> RunAsync(CliContext context, bool fix, bool lint, CancellationToken cancellationToken)
    {
        Task<IReadOnlyList<Finding>> gateway = GatewayChecks.CheckAsync(context, cancellationToken);
        Task<IReadOnlyList<Finding>> servers = ModelServerChecks.CheckAsync(context.Config.Config, context.Clock, cancellationToken);
        List<Finding> findings =
        [
            .. Config(context),
            .. FileChecks.CheckModes(context.Paths),
            .. FileChecks.CheckState(context.Paths),
            Clock(context.Clock),
            .. await gateway,
            .. await servers,
            .. await SandboxChecks.CheckAsync(context, cancellationToken),
        ];
        List<Finding> repaired = fix ? Repair(findings) : [];
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

    private static List<Finding> Repair(List<Finding> findings)
    {
        List<Finding> repaired = [];
        foreach (Finding finding in findings)
        {
            try
            {
                if (finding.Repair is { } repair)
                {
                    repair();
                    repaired.Add(finding);
                }
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
            context.Say($"nothing was changed; 'openclaw doctor --fix' repairs {repairable} of these");
        }
    }
}
