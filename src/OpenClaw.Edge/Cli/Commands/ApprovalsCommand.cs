using System.CommandLine;
using System.Text.Json;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw approvals</c>: commands that wait for a person, and this gateway's rules for them. Alone it lists.</summary>
internal static class ApprovalsCommand
{
    private static readonly IReadOnlyList<string> s_scopes = ["operator.admin", "operator.approvals"];

    public static Command Create(CliOptions shared, CliWorld world)
    {
        Command approvals = new("approvals", "Answer commands that wait for approval, and edit the rules for them")
        {
            new Command("list", "List commands that wait").Does(shared, world, ListAsync),
            Resolve(shared, world),
            Answer("allow", "Let a waiting command run", "allow-once", shared, world),
            Answer("deny", "Refuse a waiting command", "deny", shared, world),
            ApprovalRulesCommands.Get(shared, world),
            ApprovalRulesCommands.Set(shared, world),
            ApprovalRulesCommands.Allowlist(shared, world),
            History(shared, world),
        };
        approvals.Subcommands[0].Aliases.Add("pending");
        approvals.Aliases.Add("exec-approvals");
        return approvals.Does(shared, world, ListAsync);
    }

    /// <summary>Calls a method as somebody who may approve.</summary>
    internal static Task<JsonElement> CallAsync(
        CliContext context, string method, Action<Utf8JsonWriter> parameters, CancellationToken cancellationToken) =>
        context.CallAsync(method, s_scopes, cancellationToken, writer =>
        {
            writer.WriteStartObject();
            parameters(writer);
            writer.WriteEndObject();
        });

    /// <summary>Where a command would run, and which variables it would be given.</summary>
    internal static string Where(JsonElement request)
    {
        string names = string.Join(' ', request.Items("envKeys").Select(name => name.GetString()));
        return TextLayout.OneLine(
            $"{(request.Text("nodeId") is { } node ? $"on node {node} " : "")}in {request.Text("cwd") ?? "-"}{(names.Length > 0 ? $" with {names}" : "")}");
    }

    private static async Task<int> ListAsync(CliContext context, CancellationToken cancellationToken)
    {
        JsonElement pending = await CallAsync(context, "exec.approval.list", static _ => { }, cancellationToken);
        if (context.Json)
        {
            context.Print(writer =>
            {
                writer.WriteStartObject();
                writer.WritePropertyName("approvals"u8);
                pending.WriteTo(writer);
                writer.WriteEndObject();
            });
            return (int)ExitCode.Ok;
        }

        if (pending.GetArrayLength() == 0)
        {
            context.Say("nothing waits for approval");
            return (int)ExitCode.Ok;
        }

        foreach (JsonElement row in pending.EnumerateArray())
        {
            JsonElement request = row.Member("request");
            context.Say(TextLayout.OneLine(request.Text("command") ?? ""));
            context.Say(context.Paint.Dim(
                $"  {row.Text("id")} · {request.Text("agentId") ?? "-"} · {Where(request)} · asked {HumanText.Ago(row.Number("createdAtMs"), context.Clock)}"));
        }

        context.Say("");
        context.Say("answer with: openclaw approvals resolve ID allow-once|allow-always|deny");
        return (int)ExitCode.Ok;
    }

    private static Command Resolve(CliOptions shared, CliWorld world)
    {
        Argument<string> id = new("id") { Description = "Id of the request" };
        Argument<string> decision = new("decision") { Description = "allow-once, allow-always or deny" };
        decision.AcceptOnlyFromAmong("allow-once", "allow-always", "deny");
        return new Command("resolve", "Answer a waiting command") { id, decision }.Does(
            shared, world, (context, cancellationToken) => ResolveAsync(
                context, context.Parsed.GetRequiredValue(id), context.Parsed.GetRequiredValue(decision), cancellationToken));
    }

    private static Command Answer(string name, string description, string decision, CliOptions shared, CliWorld world)
    {
        Argument<string?> id = new("id") { Description = "Id of the request; the only one waiting when left out", Arity = ArgumentArity.ZeroOrOne };
        Option<bool> always = new("--always") { Description = "And the same command in the same directory from now on" };
        Command command = new(name, description) { id };
        if (decision != "deny")
        {
            command.Add(always);
        }

        return command.Does(shared, world, async (context, cancellationToken) =>
        {
            string given = context.Parsed.GetValue(id) ?? await OnlyOneAsync(context, cancellationToken);
            string word = decision != "deny" && context.Parsed.GetValue(always) ? "allow-always" : decision;
            return await ResolveAsync(context, given, word, cancellationToken);
        });
    }

    private static async Task<string> OnlyOneAsync(CliContext context, CancellationToken cancellationToken)
    {
        JsonElement pending = await CallAsync(context, "exec.approval.list", static _ => { }, cancellationToken);
        if (pending.GetArrayLength() == 1)
        {
            JsonElement request = pending[0].Member("request");
            context.Note($"{TextLayout.OneLine(request.Text("command") ?? "")} ({Where(request)})");
        }

        return pending.GetArrayLength() == 1
            ? pending[0].Text("id")!
            : throw new CliException(
                ExitCode.Usage,
                pending.GetArrayLength() == 0
                    ? "nothing waits for approval"
                    : $"{pending.GetArrayLength()} commands wait; name one (openclaw approvals list)");
    }

    private static async Task<int> ResolveAsync(CliContext context, string id, string decision, CancellationToken cancellationToken)
    {
        JsonElement answer = await CallAsync(
            context,
            "exec.approval.resolve",
            writer =>
            {
                writer.WriteString("id"u8, id);
                writer.WriteString("decision"u8, decision);
            },
            cancellationToken);
        if (context.Json)
        {
            context.Print(answer);
        }
        else
        {
            context.Say($"{decision}: {id}");
        }

        return (int)ExitCode.Ok;
    }

    private static Command History(CliOptions shared, CliWorld world)
    {
        Option<int> limit = new("--limit") { Description = "Most decisions", DefaultValueFactory = _ => 20 };
        return new Command("history", "Show the latest decisions of the audit ledger") { limit }.Does(
            shared, world, async (context, cancellationToken) =>
            {
                int most = Math.Clamp(context.Parsed.GetValue(limit), 1, 500);
                JsonElement page = await CallAsync(context, "approval.history", writer => writer.WriteNumber("limit"u8, most), cancellationToken);
                if (context.Json)
                {
                    context.Print(page);
                    return (int)ExitCode.Ok;
                }

                TextTable table = new("WHEN", "DECISION", "WHY", "BY", "AGENT", "COMMAND");
                foreach (JsonElement row in page.Items("items"))
                {
                    table.Add(
                        HumanText.Ago(row.Number("resolvedAtMs"), context.Clock),
                        row.Text("decision") ?? "-",
                        row.Text("reason") ?? "-",
                        row.Text("resolvedBy") ?? "-",
                        row.Text("agentId") ?? "-",
                        TextLayout.OneLine(row.Text("commandText") ?? ""));
                }

                table.Write(context.Terminal.Out, context.Paint, context.TableWidth);
                return (int)ExitCode.Ok;
            });
    }
}
