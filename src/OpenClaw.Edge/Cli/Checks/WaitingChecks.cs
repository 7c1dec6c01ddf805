using System.Text.Json;
using OpenClaw.Edge.Cli.Commands;

namespace OpenClaw.Edge.Cli.Checks;

/// <summary>What waits for a person at the running gateway, and what fails there without anybody seeing it: devices and nodes that ask to be let in,
/// commands that ask for approval, jobs, the default model. What this connection may not ask is left out. Names and words of people stand in the
/// hints: the messages go into reports (<c>diagnostics export</c>).</summary>
internal static class WaitingChecks
{
    private const int MostNamed = 5;

    public static async Task<List<Finding>> CheckAsync(CliContext context, GatewayClient client, CancellationToken cancellationToken)
    {
        List<Finding> findings = [];
        if (context.Identity is null) // a paired device may not ask for more than it has
        {
            Waiting(
                findings,
                "edge/doctor/pairing",
                "devices and nodes",
                [
                    .. (await AskAsync(context, client, "device.pair.list", cancellationToken)).Items("pending"),
                    .. (await AskAsync(context, client, "node.pair.list", cancellationToken)).Items("pending"),
                ],
                row => $"{row.Text("displayName") ?? row.Text("clientId") ?? row.Text("nodeId")} from {row.Text("remoteIp") ?? "this machine"}",
                "'openclaw devices list' shows them, 'openclaw devices approve REQUEST' lets one in");
            JsonElement approvals = await AskAsync(context, client, "exec.approval.list", cancellationToken);
            Waiting(
                findings,
                "edge/doctor/approvals",
                "commands",
                approvals.ValueKind == JsonValueKind.Array ? [.. approvals.EnumerateArray()] : [],
                row => row.Member("request").Text("command") ?? row.Text("id") ?? "?",
                "'openclaw approvals pending' shows them, 'openclaw approvals allow ID' or 'deny ID' answers");
        }

        Jobs(findings, await AskAsync(context, client, "cron.list", cancellationToken));
        await ModelAsync(findings, context, client, cancellationToken);
        return findings;
    }

    // Never an error: an older gateway, or one that lets us see less.
    private static async Task<JsonElement> AskAsync(CliContext context, GatewayClient client, string method, CancellationToken cancellationToken)
    {
        try
        {
            return await client.CallAsync(
                method,
                method != "cron.list" ? null : writer =>
                {
                    writer.WriteStartObject();
                    writer.WriteBoolean("includeDisabled"u8, true); // a job that failed too often was switched off
                    writer.WriteEndObject();
                },
                context.Timeout,
                cancellationToken);
        }
        catch (CliException refused) when (refused.Exit is ExitCode.Failed or ExitCode.Unauthorized)
        {
            return default;
        }
    }

    private static void Waiting(List<Finding> findings, string id, string what, JsonElement[] rows, Func<JsonElement, string> name, string hint)
    {
        string names = string.Join(", ", rows.Take(MostNamed).Select(name));
        findings.Add(rows.Length == 0
            ? Finding.Ok(id, $"no {what} wait for approval")
            : new Finding(id, FindingSeverity.Warning, $"{what} wait for approval: {rows.Length}", $"{names}{(rows.Length > MostNamed ? ", …" : "")}: {hint}"));
    }

    private static void Jobs(List<Finding> findings, JsonElement answer)
    {
        const string id = "edge/doctor/cron";
        int well = 0;
        int before = findings.Count;
        foreach (JsonElement job in answer.Items("jobs"))
        {
            JsonElement state = job.Member("state");
            string error = TextLayout.OneLine(state.Text("lastError") ?? "no reason was kept");
            string hint = $"{job.Text("name")}: {error}; see 'openclaw cron runs {job.Text("id")}'";
            if (state.Member("autoDisabled") is { ValueKind: JsonValueKind.Object } off)
            {
                findings.Add(new Finding(
                    id, FindingSeverity.Error, $"job {job.Text("id")} was switched off ({off.Text("reason")})", $"{hint}; 'openclaw cron enable {job.Text("id")}' switches it on again"));
            }
            else if (job.Flag("enabled") && state.Number("consecutiveErrors") is > 0 and { } times)
            {
                findings.Add(new Finding(id, FindingSeverity.Warning, $"job {job.Text("id")} has failed {times} times in a row", $"{hint}; then 'openclaw cron run {job.Text("id")}'"));
            }
            else if (job.Flag("enabled"))
            {
                well++;
            }
        }

        if (findings.Count == before && well > 0)
        {
            findings.Add(Finding.Ok(id, $"{well} jobs, none of which fails"));
        }
    }

    // The server answers, and has other models than the one that everything asks for.
    private static async Task ModelAsync(List<Finding> findings, CliContext context, GatewayClient client, CancellationToken cancellationToken)
    {
        List<ModelRow> rows;
        try
        {
            rows = await ModelRow.ListAsync(client, context, "all", cancellationToken);
        }
        catch (CliException refused) when (refused.Exit is ExitCode.Failed or ExitCode.Unauthorized)
        {
            return;
        }

        ModelRow? chosen = rows.Find(row => row.Tags.Contains("default"));
        string[] there = [.. rows.Where(row => row.Provider == chosen?.Provider && row.Available == true).Select(row => row.Key)];
        if (chosen is { Available: false } && there.Length > 0)
        {
            findings.Add(new Finding(
                "edge/doctor/model",
                FindingSeverity.Error,
                $"the default model {chosen.Key} is not on its server, which has {string.Join(", ", there.Take(MostNamed))}",
                $"'openclaw models set {there[0]}', or load {chosen.Row.Text("id")} there (Ollama: 'ollama pull {chosen.Row.Text("id")}')"));
        }
    }
}
