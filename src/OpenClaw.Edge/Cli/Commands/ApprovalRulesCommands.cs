using System.CommandLine;
using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Protocol.Json5;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw approvals get|set|allowlist</c>: the gateway's <c>exec-approvals.json</c>, changed against the hash
/// it had when it was read.</summary>
internal static class ApprovalRulesCommands
{
    public static Command Get(CliOptions shared, CliWorld world) =>
        new Command("get", "Show the rules, and what holds") { Gateway() }.Does(shared, world, async (context, cancellationToken) =>
        {
            JsonElement state = await ReadAsync(context, cancellationToken);
            if (context.Json)
            {
                context.Print(state);
                return (int)ExitCode.Ok;
            }

            JsonElement holds = state.Member("resolvedDefaults");
            context.Say($"{state.Text("path")}{(state.Flag("exists") ? "" : " (not there yet)")}");
            context.Say($"holds: security {holds.Text("security")}, ask {holds.Text("ask")}, when nobody answers {holds.Text("askFallback")}");
            if (state.Text("problem") is { } problem)
            {
                context.Note(context.ErrorPaint.Bad(problem));
            }

            context.Print(state.Member("file"));
            return (int)ExitCode.Ok;
        });

    public static Command Set(CliOptions shared, CliWorld world)
    {
        Option<string?> file = new("--file") { Description = "JSON or JSON5 to put in place", HelpName = "path" };
        Option<bool> stdin = new("--stdin") { Description = "Read it from standard input" };
        return new Command("set", "Replace the rules") { file, stdin, Gateway() }.Does(shared, world, async (context, cancellationToken) =>
        {
            string? path = context.Parsed.GetValue(file);
            if (path is null == !context.Parsed.GetValue(stdin))
            {
                throw new CliException(ExitCode.Usage, "approvals set needs --file or --stdin, one of them");
            }

            byte[] text = path is null
                ? Encoding.UTF8.GetBytes(await context.Terminal.In.ReadToEndAsync(cancellationToken))
                : await ReadFileAsync(path, cancellationToken);
            JsonElement wanted = Parse(text, path ?? "standard input");
            JsonElement now = await ReadAsync(context, cancellationToken);
            return Say(context, await WriteAsync(context, now, wanted.WriteTo, cancellationToken), "rules replaced");
        });
    }

    public static Command Allowlist(CliOptions shared, CliWorld world) =>
        new("allowlist", "Programs that run without a question")
        {
            Edit("add", "Let a program run: a path with * and **, or a bare name", true, shared, world),
            Edit("remove", "Take a pattern off the list", false, shared, world),
        };

    private static Command Edit(string name, string description, bool add, CliOptions shared, CliWorld world)
    {
        Argument<string> pattern = new("pattern") { Description = "Such as /usr/bin/rg or ~/.local/bin/*" };
        Option<string> agent = new("--agent") { Description = "Agent id; * is all", DefaultValueFactory = _ => "*" };
        return new Command(name, description) { pattern, agent, Gateway() }.Does(shared, world, async (context, cancellationToken) =>
        {
            string wanted = context.Parsed.GetRequiredValue(pattern).Trim();
            string of = context.Parsed.GetRequiredValue(agent);
            JsonElement now = await ReadAsync(context, cancellationToken);
            JsonElement[] entries = [.. now.Member("file").Member("agents").Member(of).Items("allowlist")];
            bool has = entries.Any(entry => entry.Text("pattern") == wanted);
            return has == add
                ? Say(context, now, add ? $"{wanted} is on the list already" : $"{wanted} is not on the list")
                : Say(
                    context,
                    await WriteAsync(context, now, writer => WriteChanged(writer, now.Member("file"), of, entries, wanted, add), cancellationToken),
                    add ? $"{wanted} runs without a question now" : $"{wanted} is off the list");
        });
    }

    private static void WriteChanged(Utf8JsonWriter writer, JsonElement file, string agent, JsonElement[] entries, string pattern, bool add)
    {
        JsonElement agents = file.Member("agents");
        writer.WriteStartObject();
        foreach (JsonProperty member in file.EnumerateObject().Where(member => member.Name != "agents"))
        {
            member.WriteTo(writer);
        }

        writer.WriteStartObject("agents"u8);
        foreach (JsonProperty other in Members(agents).Where(other => other.Name != agent))
        {
            other.WriteTo(writer);
        }

        writer.WriteStartObject(agent);
        foreach (JsonProperty member in Members(agents.Member(agent)).Where(member => member.Name != "allowlist"))
        {
            member.WriteTo(writer);
        }

        writer.WriteStartArray("allowlist"u8);
        foreach (JsonElement entry in entries.Where(entry => entry.Text("pattern") != pattern))
        {
            entry.WriteTo(writer);
        }

        if (add)
        {
            writer.WriteStartObject();
            writer.WriteString("id"u8, Guid.NewGuid().ToString());
            writer.WriteString("pattern"u8, pattern);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static JsonProperty[] Members(JsonElement element) => element.ValueKind == JsonValueKind.Object ? [.. element.EnumerateObject()] : [];

    // The rules are the gateway's in any case; the original's flag is taken and changes nothing.
    private static Option<bool> Gateway() => new("--gateway") { Description = "The gateway's rules; the default here" };

    private static Task<JsonElement> ReadAsync(CliContext context, CancellationToken cancellationToken) =>
        ApprovalsCommand.CallAsync(context, "exec.approvals.get", static _ => { }, cancellationToken);

    private static Task<JsonElement> WriteAsync(
        CliContext context, JsonElement now, Action<Utf8JsonWriter> file, CancellationToken cancellationToken) =>
        ApprovalsCommand.CallAsync(
            context,
            "exec.approvals.set",
            writer =>
            {
                writer.WritePropertyName("file"u8);
                file(writer);
                if (now.Flag("exists"))
                {
                    writer.WriteString("baseHash"u8, now.Text("hash"));
                }
            },
            cancellationToken);

    private static int Say(CliContext context, JsonElement state, string words)
    {
        if (context.Json)
        {
            context.Print(state);
        }
        else
        {
            context.Say(words);
        }

        return (int)ExitCode.Ok;
    }

    private static async Task<byte[]> ReadFileAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return await File.ReadAllBytesAsync(path, cancellationToken);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.Failed, $"{path} cannot be read: {cause.Message}");
        }
    }

    private static JsonElement Parse(byte[] text, string from)
    {
        if (!Json5Transcoder.TryTranscode(text, out Json5Document? json5, out Json5Error? error))
        {
            throw new CliException(ExitCode.Usage, $"{from} is not JSON5: {error}");
        }

        using JsonDocument document = JsonDocument.Parse(json5.Source);
        return document.RootElement.Clone();
    }
}
