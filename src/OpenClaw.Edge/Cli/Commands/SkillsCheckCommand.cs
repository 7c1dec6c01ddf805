using System.CommandLine;
using System.Globalization;
using System.Text.Json;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw skills check</c>: how many skills are ready, and what keeps the others from it.</summary>
internal static class SkillsCheckCommand
{
    private static readonly (string Name, string Title, Func<JsonElement, bool> Is)[] s_groups =
    [
        ("eligible", "ready", skill => skill.Flag("eligible")),
        ("modelVisible", "told to the model", skill => skill.Flag("modelVisible")),
        ("commandVisible", "may be called by a person", skill => skill.Flag("commandVisible")),
        ("disabled", "disabled", skill => skill.Flag("disabled")),
        ("held", "held: changed since accepted", skill => skill.Flag("held")),
        ("blocked", "blocked", skill => skill.Flag("blockedByAllowlist") && !skill.Flag("disabled")),
        ("agentFiltered", "not among the agent's skills", skill => skill.Flag("blockedByAgentFilter")),
    ];

    public static Command Create(CliOptions shared, CliWorld world)
    {
        Option<string?> agent = SkillsCommand.Agent();
        return new Command("check", "Say which skills are ready and what the others lack") { agent }.Does(
            shared, world, (context, cancellationToken) => RunAsync(context, context.Parsed.GetValue(agent), cancellationToken));
    }

    private static async Task<int> RunAsync(CliContext context, string? agent, CancellationToken cancellationToken)
    {
        JsonElement status = await SkillsCommand.StatusAsync(context, agent, cancellationToken);
        JsonElement[] skills = [.. status.Items("skills")];
        JsonElement[] lacking = [.. skills.Where(skill => SkillsCommand.Missing(skill).Length > 0 && !skill.Flag("disabled"))];
        JsonElement[] hidden = [.. skills.Where(skill => skill.Flag("eligible") && !skill.Flag("blockedByAgentFilter") && !skill.Flag("modelVisible"))];
        if (context.Json)
        {
            context.Print(json => Write(json, status, skills, lacking, hidden));
            return (int)ExitCode.Ok;
        }

        context.Say($"agent {status.Text("agentId")}: {skills.Length.ToString(CultureInfo.InvariantCulture)} skills");
        foreach ((string _, string title, Func<JsonElement, bool> isOf) in s_groups)
        {
            Group(context, title, [.. skills.Where(isOf).Select(skill => skill.Text("name")!)]);
        }

        Group(context, "ready, but kept from the model by the skill itself", [.. hidden.Select(skill => skill.Text("name")!)]);
        foreach (JsonElement skill in lacking)
        {
            context.Say(TextLayout.OneLine($"  {skill.Text("name")} lacks {SkillsCommand.Missing(skill)}"));
        }

        foreach (JsonElement skill in skills.Where(skill => skill.Items("findings").Any()))
        {
            string rules = string.Join(", ", skill.Items("findings").Select(finding => finding.Text("ruleId")).Distinct());
            context.Say(context.Paint.Warn(TextLayout.OneLine($"  {skill.Text("name")}: the scan found {rules}; openclaw skills info {skill.Text("name")}")));
        }

        foreach (JsonElement problem in status.Items("problems"))
        {
            context.Say(context.Paint.Warn(TextLayout.OneLine($"  left out: {problem.Text("path")}: {problem.Text("message")}")));
        }

        return (int)ExitCode.Ok;
    }

    private static void Group(CliContext context, string title, string[] names)
    {
        if (names.Length > 0)
        {
            context.Say(TextLayout.OneLine($"  {title}: {names.Length.ToString(CultureInfo.InvariantCulture)} ({string.Join(", ", names)})"));
        }
    }

    private static void Write(Utf8JsonWriter json, JsonElement status, JsonElement[] skills, JsonElement[] lacking, JsonElement[] hidden)
    {
        json.WriteStartObject();
        SkillsCommand.Write(json, status, "agentId", "agentSkillFilter", "workspaceDir", "managedSkillsDir");
        json.WriteStartObject("summary"u8);
        json.WriteNumber("total"u8, skills.Length);
        foreach ((string name, string _, Func<JsonElement, bool> isOf) in s_groups)
        {
            json.WriteNumber(name, skills.Count(isOf));
        }

        json.WriteNumber("notInjected"u8, hidden.Length);
        json.WriteNumber("missingRequirements"u8, lacking.Length);
        json.WriteEndObject();
        foreach ((string name, string _, Func<JsonElement, bool> isOf) in s_groups)
        {
            json.WriteStartArray(name);
            foreach (JsonElement skill in skills.Where(isOf))
            {
                json.WriteStringValue(skill.Text("name"));
            }

            json.WriteEndArray();
        }

        json.WriteStartArray("notInjected"u8);
        foreach (JsonElement skill in hidden)
        {
            json.WriteStartObject();
            json.WriteString("name"u8, skill.Text("name"));
            json.WriteString("reason"u8, "disable-model-invocation"u8);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("missingRequirements"u8);
        foreach (JsonElement skill in lacking)
        {
            json.WriteStartObject();
            SkillsCommand.Write(json, skill, "name", "missing", "install");
            json.WriteEndObject();
        }

        json.WriteEndArray();
        SkillsCommand.Write(json, status, "problems");
        json.WriteEndObject();
    }
}
