using System.CommandLine;
using System.Globalization;
using System.Text.Json;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw memory</c>: how the index of the agents' notes stands, making it anew, and searching it.</summary>
internal static class MemoryCommand
{
    private const int IndexTimeoutMs = 3_600_000; // guess: some thousand notes through a model on a small processor

    public static Command Create(CliOptions shared, CliWorld world) => new Command("memory", "Search the agents' notes, and look after their index")
    {
        Status(shared, world),
        Index(shared, world),
        Search(shared, world),
    }.ShowsHelp(world);

    private static Option<string?> Agent(string description) => new("--agent") { Description = description, HelpName = "id" };

    private static Command Status(CliOptions shared, CliWorld world)
    {
        Option<string?> agent = Agent("This agent only");
        Option<bool> deep = new("--deep") { Description = "Also ask the embedding model" };
        Option<bool> index = new("--index") { Description = "Also index what changed" };
        Option<bool> verbose = new("--verbose") { Hidden = true };
        return new Command("status", "Show what is indexed and how it is searched") { agent, deep, index, verbose }.Does(
            shared, world, async (context, cancellationToken) =>
            {
                JsonElement answer = context.Parsed.GetValue(index)
                    ? await IndexAsync(context, context.Parsed.GetValue(agent), force: false, cancellationToken)
                    : await context.CallAsync("edge.memory.status", GatewayScopes.Read, cancellationToken, json =>
                    {
                        json.WriteStartObject();
                        Write(json, "agentId", context.Parsed.GetValue(agent));
                        json.WriteBoolean("deep"u8, context.Parsed.GetValue(deep));
                        json.WriteEndObject();
                    });
                return Say(context, answer);
            });
    }

    private static Command Index(CliOptions shared, CliWorld world)
    {
        Option<string?> agent = Agent("This agent only");
        Option<bool> force = new("--force") { Description = "Index every file again" };
        Option<bool> verbose = new("--verbose") { Hidden = true };
        return new Command("index", "Index notes that changed, and make missing vectors") { agent, force, verbose }.Does(
            shared, world, async (context, cancellationToken) =>
                Say(context, await IndexAsync(context, context.Parsed.GetValue(agent), context.Parsed.GetValue(force), cancellationToken)));
    }

    private static Command Search(CliOptions shared, CliWorld world)
    {
        Argument<string?> words = new("query") { Description = "What to look for", Arity = ArgumentArity.ZeroOrOne };
        Option<string?> query = new("--query") { Description = "The same; wins over the argument", HelpName = "text" };
        Option<string?> agent = Agent("Notes of this agent (default: the default agent)");
        Option<int?> most = new("--max-results") { Description = "At most so many (default 20)", HelpName = "n" };
        Option<double?> least = new("--min-score") { Description = "Only hits with this score or more", HelpName = "0-1" };
        most.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is < 1 or > 50)
            {
                result.AddError("--max-results takes 1 to 50");
            }
        });
        return new Command("search", "Search notes by meaning and words") { words, query, agent, most, least }.Does(
            shared, world, async (context, cancellationToken) =>
            {
                string text = context.Parsed.GetValue(query) ?? context.Parsed.GetValue(words) ?? "";
                if (string.IsNullOrWhiteSpace(text))
                {
                    throw new CliException(ExitCode.Usage, "say what to look for: openclaw memory search \"the kettle\"");
                }

                JsonElement answer = await context.CallAsync("memory.search", GatewayScopes.Read, cancellationToken, json =>
                {
                    json.WriteStartObject();
                    json.WriteString("query"u8, text);
                    Write(json, "agentId", context.Parsed.GetValue(agent));
                    if (context.Parsed.GetValue(most) is { } count)
                    {
                        json.WriteNumber("maxResults"u8, count);
                    }

                    if (context.Parsed.GetValue(least) is { } score)
                    {
                        json.WriteNumber("minScore"u8, score);
                    }

                    json.WriteEndObject();
                });
                SayHits(context, answer);
                return (int)ExitCode.Ok;
            });
    }

    private static async Task<JsonElement> IndexAsync(CliContext context, string? agent, bool force, CancellationToken cancellationToken)
    {
        await using GatewayClient client = await context.ConnectAsync(GatewayScopes.Admin, cancellationToken);
        return await client.CallAsync(
            "edge.memory.index",
            json =>
            {
                json.WriteStartObject();
                Write(json, "agentId", agent);
                json.WriteBoolean("force"u8, force);
                json.WriteEndObject();
            },
            TimeSpan.FromMilliseconds(context.TimeoutMs ?? IndexTimeoutMs),
            cancellationToken);
    }

    private static void Write(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    private static int Say(CliContext context, JsonElement answer)
    {
        if (context.Json)
        {
            context.Print(answer);
            return (int)ExitCode.Ok;
        }

        foreach (JsonElement agent in answer.Items("agents"))
        {
            context.Say($"{agent.Text("agentId")}  {agent.Text("workspaceDir")}");
            if (!agent.Flag("enabled"))
            {
                context.Say("  switched off (memory.search.enabled)");
                continue;
            }

            JsonElement embedding = agent.Member("embedding");
            context.Say(string.Create(
                CultureInfo.InvariantCulture,
                $"  indexed   {agent.Number("files") ?? 0} files, {agent.Number("chunks") ?? 0} pieces, {agent.Number("embedded") ?? 0} with a vector{(agent.Flag("busy") ? ", being looked at" : "")}"));
            string search = embedding.Flag("ok") ? $"meaning ({embedding.Text("model")}) and words"
                : embedding.Flag("checked") ? $"words only: {embedding.Text("error")}"
                : agent.Text("indexModel") is { } model ? $"meaning ({model}) and words; not asked yet, see --deep"
                : "words; no model was asked yet, see --deep";
            context.Say($"  searched  by {search}");
        }

        return (int)ExitCode.Ok;
    }

    private static void SayHits(CliContext context, JsonElement answer)
    {
        if (context.Json)
        {
            context.Print(answer);
            return;
        }

        int count = 0;
        foreach (JsonElement hit in answer.Items("results"))
        {
            string score = hit.Member("score") is { ValueKind: JsonValueKind.Number } number
                ? number.GetDouble().ToString("0.00", CultureInfo.InvariantCulture) : "-";
            context.Say($"{(count++ > 0 ? "\n" : "")}{score}  {hit.Text("path")}:{hit.Number("startLine")}-{hit.Number("endLine")}");
            foreach (string line in (hit.Text("snippet") ?? "").Split('\n'))
            {
                context.Say("    " + TextLayout.OneLine(line));
            }
        }

        if (count == 0)
        {
            context.Say("nothing found");
        }

        if (answer.Text("warning") is { } warning)
        {
            context.Note(warning);
        }
    }
}
