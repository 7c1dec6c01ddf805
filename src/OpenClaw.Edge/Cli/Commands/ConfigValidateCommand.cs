using System.CommandLine;
using System.Text.Json;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Security;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw config validate</c>: everything that is wrong, at once.</summary>
internal static class ConfigValidateCommand
{
    public static Command Create(CliOptions shared, CliWorld world) =>
        new Command("validate", "Check the configuration and name every problem").Does(shared, world, (context, _) =>
        {
            List<ConfigProblem> problems = Problems(context);
            bool valid = !problems.Any(problem => problem.Severity >= ProblemSeverity.Error);
            if (context.Json)
            {
                context.Print(writer => Write(writer, context.Config, problems, valid));
            }
            else
            {
                Say(context, problems, valid);
            }

            return Task.FromResult((int)(valid ? ExitCode.Ok : ExitCode.Failed));
        });

    /// <summary>The problems of the file, and a weak secret wherever it comes from.</summary>
    public static List<ConfigProblem> Problems(CliContext context)
    {
        List<ConfigProblem> problems =
        [
            .. context.Config.Problems,
            .. EnvironmentReport.Of(context.Config.Environment).Where(entry => entry.Effect == EnvironmentEffect.Ignored).Select(entry =>
                new ConfigProblem(entry.Name, $"the variable is ignored: {entry.Why}", null, null, ProblemSeverity.Info)),
        ];
        try
        {
            GatewaySecret secret = GatewayTokenSource.Resolve(
                context.Config.Config, context.Config.Environment, context.Paths, mayGenerate: false);
            if (secret.Weak && !problems.Exists(problem => problem.Path.StartsWith("gateway.auth", StringComparison.Ordinal)))
            {
                problems.Add(new ConfigProblem(
                    "gateway.auth",
                    $"the secret from {secret.Source} is weak: {secret.WeakReason}",
                    "make one with 'openssl rand -base64 32'; a gateway that others can reach refuses to start with this one",
                    null,
                    ProblemSeverity.Warning));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add(new ConfigProblem(
                "gateway.auth", $"the secret cannot be read: {e.Message}", "run this as the gateway's user", null, ProblemSeverity.Warning));
        }

        return problems;
    }

    private static void Write(Utf8JsonWriter writer, ConfigSnapshot config, List<ConfigProblem> problems, bool valid)
    {
        writer.WriteStartObject();
        writer.WriteBoolean("valid"u8, valid);
        writer.WriteString("path"u8, config.Path);
        writer.WriteBoolean("exists"u8, config.Exists);
        WriteList(writer, "issues", problems.Where(problem => problem.Severity >= ProblemSeverity.Error));
        WriteList(writer, "warnings", problems.Where(problem => problem.Severity < ProblemSeverity.Error));
        writer.WriteEndObject();
    }

    private static void WriteList(Utf8JsonWriter writer, string name, IEnumerable<ConfigProblem> problems)
    {
        writer.WriteStartArray(name);
        foreach (ConfigProblem problem in problems)
        {
            writer.WriteStartObject();
            writer.WriteString("path"u8, problem.Path);
            writer.WriteString("message"u8, problem.Message);
            if (problem.Fix is not null)
            {
                writer.WriteString("fix"u8, problem.Fix);
            }

            if (problem.File is not null)
            {
                writer.WriteString("file"u8, problem.File);
            }

            if (problem.Line is { } line)
            {
                writer.WriteNumber("line"u8, line);
            }

            writer.WriteString("severity"u8, problem.Severity.ToString().ToLowerInvariant());
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void Say(CliContext context, List<ConfigProblem> problems, bool valid)
    {
        Paint paint = context.Paint;
        string path = context.Config.Path;
        foreach (ConfigProblem problem in problems)
        {
            string mark = problem.Severity switch
            {
                ProblemSeverity.Info => paint.Dim("note"),
                ProblemSeverity.Warning => paint.Warn("warning"),
                ProblemSeverity.Error => paint.Bad("error"),
                _ => paint.Bad("fatal"),
            };
            context.Say($"{mark}: {TextLayout.OneLine(problem.ToString())}");
        }

        context.Say((valid, context.Config.Exists) switch
        {
            (false, _) => $"{paint.Bad("not valid")}: {path}",
            (true, true) => $"{paint.Good("valid")}: {path}",
            (true, false) => $"{paint.Good("valid")}: {path} is not there, so the defaults apply",
        });
    }
}
