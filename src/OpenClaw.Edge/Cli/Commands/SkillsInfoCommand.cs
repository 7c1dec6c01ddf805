using System.CommandLine;
using System.Text.Json;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw skills info</c>: one skill, what it needs, what the scan found in it.</summary>
internal static class SkillsInfoCommand
{
    public static Command Create(CliOptions shared, CliWorld world)
    {
        Argument<string> name = new("skill") { Description = "Its name or key" };
        Option<string?> agent = SkillsCommand.Agent();
        return new Command("info", "Show one skill: needs, hash, what the scan found") { name, agent }.Does(
            shared, world, (context, cancellationToken) => RunAsync(context, context.Parsed.GetRequiredValue(name), context.Parsed.GetValue(agent), cancellationToken));
    }

    private static async Task<int> RunAsync(CliContext context, string name, string? agent, CancellationToken cancellationToken)
    {
        JsonElement skill = SkillsCommand.Find(await SkillsCommand.StatusAsync(context, agent, cancellationToken), name.Trim());
        if (context.Json)
        {
            context.Print(skill);
            return (int)ExitCode.Ok;
        }

        Paint paint = context.Paint;
        context.Say($"{(skill.Text("emoji") is { } emoji ? TextLayout.OneLine(emoji) + " " : "")}{paint.Bold(skill.Text("name") ?? "")} {SkillsCommand.State(skill, paint)}");
        context.Say(TextLayout.OneLine(skill.Text("description") ?? ""));
        Line(context, "source", skill.Text("source"));
        Line(context, "file", skill.Text("filePath"));
        Line(context, "homepage", skill.Text("homepage"));
        Line(context, "told to the model", skill.Flag("modelVisible") ? "yes" : "no");
        Line(context, "key in skills.entries", skill.Text("skillKey"));
        Line(context, "variable of apiKey", skill.Text("primaryEnv"));
        Line(context, "hash", skill.Text("hash"));
        Line(context, "accepted hash", skill.Text("acceptedHash"));
        foreach (string kind in (ReadOnlySpan<string>)["bins", "anyBins", "env", "config", "os"])
        {
            string[] needs = [.. skill.Member("requirements").Items(kind).Select(need => need.GetString()!)];
            string[] missing = [.. skill.Member("missing").Items(kind).Select(need => need.GetString()!)];
            Line(context, $"needs {kind}", needs.Length == 0 ? null : string.Join(", ", needs.Select(need => missing.Contains(need) ? $"{need} (missing)" : need)));
        }

        foreach (JsonElement way in skill.Flag("eligible") ? [] : skill.Items("install"))
        {
            Line(context, "to install", way.Text("label"));
        }

        foreach (JsonElement finding in skill.Items("findings"))
        {
            string told = TextLayout.OneLine($"{finding.Text("ruleId")} in {finding.Text("file")}:{finding.Number("line")}: {finding.Text("evidence")}");
            context.Say(finding.Text("severity") == "critical" ? paint.Bad(told) : paint.Warn(told));
        }

        if (skill.Member("acceptedHash").ValueKind == JsonValueKind.String)
        {
            context.Say($"Its files are not those that were accepted. After a look: openclaw skills accept {skill.Text("name")}");
        }

        return (int)ExitCode.Ok;
    }

    private static void Line(CliContext context, string name, string? value)
    {
        if (value is not null)
        {
            context.Say($"  {context.Paint.Dim(name + ":")} {TextLayout.OneLine(value)}");
        }
    }
}
