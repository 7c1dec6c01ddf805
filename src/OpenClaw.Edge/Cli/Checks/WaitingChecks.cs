using System.Text.Json;
using OpenClaw.Edge.Cli.Commands;

namespace OpenClaw.Edge.Cli.Checks;

/// <summary>What waits for a person at the running gateway, and what fails there without anybody seeing it: devices and nodes that ask to be let in,
/// commands that ask for approval, jobs, the default model. What this connection may not ask is left out. Names and words of people stand in the
/// hints: the messages go into reports (<c>diagnostics export</c>).</summary>
internal static class WaitingChecks
{
    private const string Cron = "edge/doctor/cron";

    private static readonly string[] s_asked = ["device.pair.list", "node.pair.list", "exec.approval.list", "cron.list", "models.list"];

    public static async Task<List<Finding>> CheckAsync(CliContext context, GatewayClient client, CancellationToken cancellationToken)
    {
        JsonElement[] answers = new JsonElement[s_asked.Length];
        bool may = context.Identity is null; // a paired device may not ask for more than it has
        for (int i = may ? 0 : 3; i < answers.Length; i++)
        {
            try
            {
                answers[i] = await client.CallAsync(s_asked[i], i < 3 ? null : i == 3 ? OffToo : Every, context.Timeout, cancellationToken);
            }
            catch (CliException refused) when (refused.Exit is ExitCode.Failed or ExitCode.Unauthorized)
            {
                // an older gateway, or one that lets us see less
            }
        }

        List<Finding> findings = [];
        if (may)
        {
            Waiting(
                findings,
                "edge/doctor/pairing",
                "devices and nodes",
                [.. answers[0].Items("pending"), .. answers[1].Items("pending")],
                "'openclaw devices list' shows them, 'openclaw devices approve REQUEST' lets one in");
            Waiting(
                findings,
                "edge/doctor/approvals",
                "commands",
                answers[2].ValueKind == JsonValueKind.Array ? [.. answers[2].EnumerateArray()] : [],
                "'openclaw approvals pending' shows them, 'openclaw approvals allow ID' or 'deny ID' answers");
        }

        foreach (JsonElement job in answers[3].Items("jobs"))
        {
            Job(findings, job);
        }

        Model(findings, answers[4]);
        return findings;
    }

    private static void OffToo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteBoolean("includeDisabled"u8, true); // a job that failed too often was switched off
        writer.WriteEndObject();
    }

    private static void Every(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("view"u8, "all"u8);
        writer.WriteBoolean("includeDetails"u8, true);
        writer.WriteEndObject();
    }

    private static void Waiting(List<Finding> findings, string id, string what, JsonElement[] rows, string hint)
    {
        if (rows.Length == 0)
        {
            findings.Add(Finding.Ok(id, "no " + what + " wait for approval"));
            return;
        }

        string names = "";
        foreach (JsonElement row in rows)
        {
            names += (row.Member("request").Text("command") ?? row.Text("displayName") ?? row.Text("clientId") ?? row.Text("nodeId"))
                + (row.Text("remoteIp") is { } from ? " from " + from : "") + "; ";
        }

        findings.Add(new Finding(id, FindingSeverity.Warning, what + " wait for approval: " + rows.Length, names + hint));
    }

    private static void Job(List<Finding> findings, JsonElement job)
    {
        JsonElement state = job.Member("state");
        string? off = state.Member("autoDisabled").Text("reason");
        long times = job.Flag("enabled") ? state.Number("consecutiveErrors") ?? 0 : 0;
        if (off is null && times == 0)
        {
            return;
        }

        string id = job.Text("id") ?? "";
        string hint = job.Text("name") + ": " + TextLayout.OneLine(state.Text("lastError") ?? "no reason was kept") + "; see 'openclaw cron runs " + id + "'";
        findings.Add(off is not null
            ? new Finding(Cron, FindingSeverity.Error, "job " + id + " was switched off: " + off, hint + "; 'openclaw cron enable " + id + "' switches it on again")
            : new Finding(Cron, FindingSeverity.Warning, "job " + id + " has failed " + times + " times in a row", hint + "; then 'openclaw cron run " + id + "'"));
    }

    // The server answers, and has other models than the one that everything asks for.
    private static void Model(List<Finding> findings, JsonElement answer)
    {
        ModelRow? chosen = null;
        foreach (JsonElement row in answer.Items("models"))
        {
            ModelRow model = new(row);
            chosen = model.Tags.Contains("default") ? model : chosen;
        }

        if (chosen is not { Available: false })
        {
            return;
        }

        foreach (JsonElement row in answer.Items("models"))
        {
            ModelRow other = new(row);
            if (other.Available == true && other.Provider == chosen.Provider)
            {
                findings.Add(new Finding(
                    "edge/doctor/model",
                    FindingSeverity.Error,
                    "the default model " + chosen.Key + " is not on its server, which has " + other.Key,
                    "'openclaw models set " + other.Key + "', or load the other there (Ollama: 'ollama pull NAME')"));
                return;
            }
        }
    }
}
