using System.CommandLine;
using System.Text.Json;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw skills accept</c>: lets a changed skill be used again, as it is now.</summary>
internal static class SkillsAcceptCommand
{
    public static Command Create(CliOptions shared, CliWorld world)
    {
        Argument<string> name = new("skill") { Description = "Its name or key" };
        Option<string?> hash = new("--hash") { Description = "Accept only if it still has this hash", HelpName = "sha256:…" };
        Option<string?> agent = SkillsCommand.Agent();
        return new Command("accept", "Accept a skill's changed files") { name, hash, agent }.Does(
            shared, world, (context, cancellationToken) => RunAsync(
                context, context.Parsed.GetRequiredValue(name), context.Parsed.GetValue(hash), context.Parsed.GetValue(agent), cancellationToken));
    }

    private static async Task<int> RunAsync(CliContext context, string name, string? hash, string? agent, CancellationToken cancellationToken)
    {
        await using GatewayClient client = await context.ConnectAsync(GatewayScopes.Admin, cancellationToken);
        JsonElement status = await client.CallAsync(
            "skills.status",
            json =>
            {
                json.WriteStartObject();
                WriteAgent(json, agent);
                json.WriteEndObject();
            },
            context.Timeout,
            cancellationToken);
        JsonElement skill = SkillsCommand.Find(status, name.Trim());
        string accepted = hash?.Trim() ?? skill.Text("hash") ?? "";
        bool changed = skill.Member("acceptedHash").ValueKind == JsonValueKind.String;
        JsonElement answer = await client.CallAsync(
            "skills.update",
            json =>
            {
                json.WriteStartObject();
                json.WriteString("skillKey"u8, skill.Text("skillKey"));
                json.WriteString("accept"u8, accepted);
                WriteAgent(json, agent);
                json.WriteEndObject();
            },
            context.Timeout,
            cancellationToken);
        if (context.Json)
        {
            context.Print(answer);
        }
        else
        {
            context.Say(changed ? $"accepted {skill.Text("name")} as it is now ({accepted})" : $"{skill.Text("name")} was not changed; its hash is {accepted}");
        }

        return (int)ExitCode.Ok;
    }

    private static void WriteAgent(Utf8JsonWriter json, string? agent)
    {
        if (agent is not null)
        {
            json.WriteString("agentId"u8, agent);
        }
    }
}
