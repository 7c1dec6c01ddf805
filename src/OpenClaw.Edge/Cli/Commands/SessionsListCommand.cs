using System.CommandLine;
using System.Globalization;
using System.Text.Json;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw sessions list</c>. Its flags belong to <c>openclaw sessions</c> too.</summary>
internal sealed class SessionsListCommand(CliOptions shared, CliWorld world)
{
    private const int DefaultLimit = 100;
    private const int PageSize = 200;

    private readonly Option<string?> _agent = new("--agent") { Description = "Of this agent only", HelpName = "id" };

    private readonly Option<int?> _active = new("--active")
    {
        Description = "Used in the last so many minutes",
        HelpName = "minutes",
    };

    private readonly Option<string?> _limit = new("--limit")
    {
        Description = "At most so many, or all (default 100)",
        HelpName = "n",
    };

    private readonly Option<string?> _search = new("--search") { Description = "Whose key or title has this", HelpName = "text" };

    private readonly Option<bool> _allAgents = new("--all-agents") { Hidden = true };

    private readonly Option<bool> _verbose = new("--verbose") { Hidden = true };

    public Command Create(string name, string description) => Bind(new Command(name, description));

    public Command Bind(Command command)
    {
        foreach (Option option in (Option[])[_agent, _active, _limit, _search, _allAgents, _verbose])
        {
            command.Add(option);
        }

        return command.Does(shared, world, RunAsync);
    }

    private async Task<int> RunAsync(CliContext context, CancellationToken cancellationToken)
    {
        int limit = Limit(context.Parsed.GetValue(_limit));
        List<JsonElement> rows = [];
        long total;
        bool more;
        await using GatewayClient client = await context.ConnectAsync(GatewayScopes.Read, cancellationToken);
        do
        {
            int offset = rows.Count;
            JsonElement page = await client.CallAsync(
                "sessions.list",
                writer => WriteParams(writer, context, Math.Min(PageSize, limit - offset), offset),
                context.Timeout,
                cancellationToken);
            rows.AddRange(page.Items("sessions"));
            total = page.Number("totalCount") ?? rows.Count;
            more = page.Flag("hasMore") && rows.Count > offset;
        }
        while (more && rows.Count < limit);

        if (context.Json)
        {
            context.Print(writer => Write(writer, rows, total, limit, more));
        }
        else
        {
            Say(context, rows, total);
        }

        return (int)ExitCode.Ok;
    }

    private static int Limit(string? text) => text switch
    {
        null => DefaultLimit,
        "all" => int.MaxValue,
        _ when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int limit) && limit > 0 => limit,
        _ => throw new CliException(ExitCode.Usage, $"--limit: '{text}' is neither a number above 0 nor all"),
    };

    private void WriteParams(Utf8JsonWriter writer, CliContext context, int limit, int offset)
    {
        writer.WriteStartObject();
        writer.WriteNumber("limit"u8, limit);
        if (offset > 0)
        {
            writer.WriteNumber("offset"u8, offset);
        }

        writer.WriteBoolean("includeDerivedTitles"u8, true);
        if (context.Parsed.GetValue(_active) is { } minutes)
        {
            writer.WriteNumber("activeMinutes"u8, minutes);
        }

        if (context.Parsed.GetValue(_agent) is { } agent)
        {
            writer.WriteString("agentId"u8, agent);
        }

        if (context.Parsed.GetValue(_search) is { } search)
        {
            writer.WriteString("search"u8, search);
        }

        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, List<JsonElement> rows, long total, int limit, bool more)
    {
        writer.WriteStartObject();
        writer.WriteNumber("count"u8, rows.Count);
        writer.WriteNumber("totalCount"u8, total);
        if (limit != int.MaxValue)
        {
            writer.WriteNumber("limitApplied"u8, limit);
        }

        writer.WriteBoolean("hasMore"u8, more);
        writer.WriteStartArray("sessions"u8);
        rows.ForEach(row => row.WriteTo(writer));
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Say(CliContext context, List<JsonElement> rows, long total)
    {
        if (rows.Count == 0)
        {
            context.Say("no conversations yet; start one with 'openclaw chat'");
            return;
        }

        TextTable table = new("SESSION", "UPDATED", "MODEL", "TOKENS", "STATE", "TITLE");
        foreach (JsonElement row in rows)
        {
            table.Add(
                row.Text("key") ?? "-",
                HumanText.Ago(row.Number("updatedAt"), context.Clock),
                row.ModelRef() ?? "-",
                HumanText.Count(row.Number("totalTokens")),
                row.Flag("hasActiveRun") ? "running" : row.Text("status") ?? "-",
                row.Text("label") ?? row.Text("displayName") ?? row.Text("derivedTitle") ?? "");
        }

        table.Write(context.Terminal.Out, context.Paint, context.TableWidth);
        if (rows.Count < total)
        {
            context.Note($"{rows.Count} of {total}; more with --limit");
        }
    }
}
