using System.CommandLine;
using System.Globalization;
using System.Text.Json;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw usage</c>: tokens, money and model time, by day, session or model.</summary>
internal static class UsageCommand
{
    public static Command Create(CliOptions shared, CliWorld world)
    {
        Option<int> days = new("--days") { Description = "Days up to today (UTC)", HelpName = "n", DefaultValueFactory = _ => 30 };
        days.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 3650)
            {
                result.AddError("--days takes 1 to 3650");
            }
        });
        Option<string> by = new("--by") { Description = "What a row is (default day)", HelpName = "day|session|model", DefaultValueFactory = _ => "day" };
        by.AcceptOnlyFromAmong("day", "session", "model");
        return new Command("usage", "Tokens, money and model time that were used") { days, by }.Does(
            shared, world, (context, cancellationToken) => RunAsync(context, context.Parsed.GetValue(days), context.Parsed.GetValue(by)!, cancellationToken));
    }

    private static async Task<int> RunAsync(CliContext context, int days, string by, CancellationToken cancellationToken)
    {
        JsonElement answer = await context.CallAsync(by == "day" ? "usage.cost" : "sessions.usage", GatewayScopes.Read, cancellationToken, json =>
        {
            json.WriteStartObject();
            json.WriteNumber("days"u8, days);
            json.WriteString("agentScope"u8, "all"u8);
            json.WriteBoolean("modelTime"u8, true);
            json.WriteEndObject();
        });
        if (context.Json)
        {
            context.Print(answer);
            return (int)ExitCode.Ok;
        }

        TextTable table = new(by, "tokens in", "tokens out", "money", "model time");
        foreach (JsonElement row in by switch
        {
            "day" => answer.Items("daily"),
            "session" => answer.Items("sessions"),
            _ => answer.Member("aggregates").Items("byModel"),
        })
        {
            if (by == "session" && row.Member("usage").Number("totalTokens") is null or 0)
            {
                continue; // nothing was used in it
            }

            string name = by switch { "day" => row.Text("date"), "session" => row.Text("key"), _ => $"{row.Text("provider")}/{row.Text("model")}" } ?? "";
            Add(table, name, by switch { "day" => row, "session" => row.Member("usage"), _ => row.Member("totals") });
        }

        Add(table, "total", answer.Member("totals"));
        table.Write(context.Terminal.Out, context.Paint, context.TableWidth);
        return (int)ExitCode.Ok;
    }

    private static void Add(TextTable table, string name, JsonElement sums) => table.Add(
        name,
        Number(sums.Number("input") + sums.Number("cacheRead") + sums.Number("cacheWrite")),
        Number(sums.Number("output")),
        $"${(sums.Member("totalCost") is { ValueKind: JsonValueKind.Number } cost ? cost.GetDouble() : 0).ToString("0.0000", CultureInfo.InvariantCulture)}",
        $"{((sums.Number("modelMs") ?? 0) / 1000.0).ToString("0.0", CultureInfo.InvariantCulture)} s");

    private static string Number(long? value) => (value ?? 0).ToString(CultureInfo.InvariantCulture);
}
