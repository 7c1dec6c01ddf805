using System.CommandLine;
using System.Text.Json;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw skills</c>: alone it means <c>skills list</c>, as in the original.</summary>
internal static class SkillsCommand
{
    private static readonly string[] s_listed =
    [
        "name", "description", "emoji", "eligible", "disabled", "blockedByAllowlist", "blockedByAgentFilter", "modelVisible", "userInvocable",
        "commandVisible", "source", "bundled", "primaryEnv", "homepage", "missing", "held", "hash",
    ];

    public static Command Create(CliOptions shared, CliWorld world)
    {
        Command skills = new("skills", "What agents know how to do: list, look, accept changes")
        {
            List(shared, world),
            SkillsInfoCommand.Create(shared, world),
            SkillsCheckCommand.Create(shared, world),
            SkillsAcceptCommand.Create(shared, world),
        };
        Option<string?> agent = Agent();
        skills.Add(agent);
        return skills.Does(shared, world, (context, cancellationToken) => ListAsync(context, context.Parsed.GetValue(agent), false, false, cancellationToken));
    }

    /// <summary>The option that names an agent.</summary>
    internal static Option<string?> Agent() => new("--agent") { Description = "Skills of this agent (default: the default one)", HelpName = "id" };

    /// <summary>Asks the gateway.</summary>
    internal static Task<JsonElement> StatusAsync(CliContext context, string? agent, CancellationToken cancellationToken) =>
        context.CallAsync("skills.status", GatewayScopes.Read, cancellationToken, json =>
        {
            json.WriteStartObject();
            if (agent is not null)
            {
                json.WriteString("agentId"u8, agent);
            }

            json.WriteEndObject();
        });

    /// <summary>A skill by its name or key, exactly before loosely; fails with what there is.</summary>
    internal static JsonElement Find(JsonElement status, string named)
    {
        Func<JsonElement, bool>[] ways =
        [
            skill => skill.Text("name") == named,
            skill => skill.Text("skillKey") == named,
            skill => Plain(skill.Text("name")) == Plain(named) || Plain(skill.Text("skillKey")) == Plain(named),
        ];
        foreach (Func<JsonElement, bool> way in ways)
        {
            JsonElement[] meant = [.. status.Items("skills").Where(way)];
            if (meant.Length > 0)
            {
                return meant.Length == 1 ? meant[0]
                    : throw new CliException(ExitCode.Failed, $"'{named}' means several skills: {string.Join(", ", meant.Select(skill => skill.Text("name")))}", "skill_ambiguous");
            }
        }

        throw new CliException(ExitCode.Failed, $"skill \"{named}\" not found; openclaw skills list shows them", "skill_not_found");
    }

    /// <summary>How a skill stands, in one or two words.</summary>
    internal static string State(JsonElement skill, Paint paint) =>
        skill.Flag("disabled") ? paint.Dim("disabled")
        : skill.Flag("held") ? paint.Bad("held: changed")
        : skill.Flag("blockedByAllowlist") ? paint.Dim("blocked")
        : skill.Flag("blockedByAgentFilter") ? paint.Dim("excluded")
        : skill.Flag("eligible") ? paint.Good("ready")
        : paint.Warn("needs setup");

    /// <summary>What a skill is missing, in words; empty when nothing.</summary>
    internal static string Missing(JsonElement skill) => string.Join("; ", ((string[])["bins", "anyBins", "env", "config", "os"])
        .Where(kind => skill.Member("missing").Items(kind).Any())
        .Select(kind => $"{kind}: {string.Join(", ", skill.Member("missing").Items(kind).Select(item => item.GetString()))}"));

    /// <summary>Writes members of an object that are there.</summary>
    internal static void Write(Utf8JsonWriter json, JsonElement from, params ReadOnlySpan<string> members)
    {
        foreach (string name in members)
        {
            if (from.Member(name) is { ValueKind: not JsonValueKind.Undefined } value)
            {
                json.WritePropertyName(name);
                value.WriteTo(json);
            }
        }
    }

    private static Command List(CliOptions shared, CliWorld world)
    {
        Option<bool> eligible = new("--eligible") { Description = "Only those that the agent may use now" };
        Option<bool> verbose = new("--verbose") { Description = "What is missing, what the scan found, where it lies" };
        Option<string?> agent = Agent();
        return new Command("list", "List skills and whether they can be used") { eligible, verbose, agent }.Does(
            shared, world, (context, cancellationToken) => ListAsync(
                context, context.Parsed.GetValue(agent), context.Parsed.GetValue(eligible), context.Parsed.GetValue(verbose), cancellationToken));
    }

    private static async Task<int> ListAsync(CliContext context, string? agent, bool eligible, bool verbose, CancellationToken cancellationToken)
    {
        JsonElement status = await StatusAsync(context, agent, cancellationToken);
        JsonElement[] skills = [.. status.Items("skills").Where(skill => !eligible || (skill.Flag("eligible") && !skill.Flag("blockedByAgentFilter")))];
        if (context.Json)
        {
            context.Print(json =>
            {
                json.WriteStartObject();
                Write(json, status, "workspaceDir", "managedSkillsDir");
                json.WriteStartArray("skills"u8);
                foreach (JsonElement skill in skills)
                {
                    json.WriteStartObject();
                    Write(json, skill, s_listed);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                Write(json, status, "problems");
                json.WriteEndObject();
            });
            return (int)ExitCode.Ok;
        }

        if (skills.Length == 0)
        {
            context.Say(eligible ? "no skill can be used now; openclaw skills list shows all" : $"no skills; put folders with a SKILL.md into {status.Text("managedSkillsDir")} or into skills/ of a workspace");
        }
        else
        {
            Table(context, skills, verbose);
        }

        Problems(context, status);
        return (int)ExitCode.Ok;
    }

    private static void Table(CliContext context, JsonElement[] skills, bool verbose)
    {
        TextTable table = verbose ? new("STATE", "SKILL", "DESCRIPTION", "SOURCE", "MISSING", "FOUND", "FILE") : new("STATE", "SKILL", "DESCRIPTION", "SOURCE");
        foreach (JsonElement skill in skills)
        {
            string[] row = [State(skill, context.Paint), skill.Text("name") ?? "", skill.Text("description") ?? "", skill.Text("source") ?? ""];
            string found = string.Join(", ", skill.Items("findings").Select(finding => finding.Text("ruleId")).Distinct());
            table.Add(verbose ? [.. row, Missing(skill), found, skill.Text("filePath") ?? ""] : row);
        }

        table.Write(context.Terminal.Out, context.Paint, context.TableWidth);
    }

    private static void Problems(CliContext context, JsonElement status)
    {
        foreach (JsonElement problem in status.Items("problems"))
        {
            context.Note(context.ErrorPaint.Warn(TextLayout.OneLine($"left out: {problem.Text("path")}: {problem.Text("message")}")));
        }
    }

    private static string Plain(string? name) => name?.ToLowerInvariant().Replace('_', '-').Replace(' ', '-') ?? "";
}
