using System.Globalization;
using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Automation;

/// <summary>Lets an agent keep its own jobs. It sees and changes those of its agent only.</summary>
/// <param name="scheduler">The jobs.</param>
/// <param name="defaultAgent">Id of the agent that jobs without one belong to.</param>
/// <param name="time">Clock.</param>
public sealed class CronTool(Func<CronScheduler> scheduler, Func<string> defaultAgent, TimeProvider time) : ITool
{
    private const int MaxJobs = 50; // of one agent, by its own hand

    /// <inheritdoc />
    public ToolSpec Spec { get; } = new(
        "cron",
        "Scheduled jobs. add: message and at (ISO or +20m), everyMs or expr (cron, with tz).",
        """{"type":"object","properties":{"action":{"type":"string","enum":["list","add","update","remove","run","next_check"]},"jobId":{"type":"string"},"name":{"type":"string"},"message":{"type":"string"},"at":{"type":"string"},"everyMs":{"type":"integer"},"expr":{"type":"string"},"tz":{"type":"string"},"job":{"type":"object"},"patch":{"type":"object"}},"required":["action"]}"""u8.ToArray());

    /// <inheritdoc />
    public string Title(JsonElement arguments) => $"cron {Text(arguments, "action")} {Text(arguments, "name")}{Text(arguments, "jobId")}".TrimEnd();

    /// <inheritdoc />
    public async ValueTask<ToolResult> InvokeAsync(ToolCallContext context, JsonElement arguments, CancellationToken cancellationToken)
    {
        string action = Text(arguments, "action");
        string agent = context.SessionKey.AgentId;
        try
        {
            switch (action)
            {
                case "list":
                    return new ToolResult(List(agent, context.MaxResultChars));
                case "add":
                    return scheduler().Jobs.Count(job => IsOf(job, agent)) >= MaxJobs
                        ? ToolResult.Error($"there are {MaxJobs} jobs; remove one first")
                        : Done("added", await scheduler().AddAsync(Job(arguments, context), cancellationToken, (was, now) => Check(was, now, agent)));
                case "next_check":
                    return NextCheck(context.SessionKey.Text, Text(arguments, "in") is { Length: > 0 } wait ? wait : Text(arguments, "at"));
                default:
                    break;
            }

            string id = Text(arguments, "jobId");
            if (scheduler().Find(id) is not { } job || !IsOf(job, agent))
            {
                return ToolResult.Error(id.Length == 0 ? $"{action} needs jobId; list shows them" : $"there is no job {id}; list shows them");
            }

            switch (action)
            {
                case "update":
                    return Done("changed", await scheduler().UpdateAsync(id, Patch(arguments, job), cancellationToken, check: (was, now) => Check(was, now, agent)));
                case "remove":
                    await scheduler().RemoveAsync(id, cancellationToken);
                    return new ToolResult($"removed: {job.Name}");
                default:
                    (string? runId, string? reason) = await scheduler().RunAsync(id, "force", cancellationToken);
                    return runId is null ? ToolResult.Error($"not started: {reason}") : new ToolResult($"started: {job.Name}");
            }
        }
        catch (Exception exception) when (exception is CronInputException or CronJobNotFoundException)
        {
            return ToolResult.Error($"cron {action}: {exception.Message}");
        }
    }

    private ToolResult NextCheck(string session, string wait) =>
        CronFields.Span(wait.TrimStart('+')) is not { } delay ? ToolResult.Error("next_check needs at, such as +30m")
        : scheduler().NextCheck(session, delay) is { } job ? new ToolResult($"{job.Name} looks again in {wait.TrimStart('+')}, within its bounds")
        : ToolResult.Error("next_check is for a run of a job that has pacing");

    private string List(string agent, int most)
    {
        StringBuilder text = new();
        foreach (CronJob job in scheduler().Jobs.Where(job => IsOf(job, agent)))
        {
            string line = Line(job) + "\n";
            if (text.Length + line.Length > most)
            {
                text.Append("[more jobs]");
                break;
            }

            text.Append(line);
        }

        return text.Length == 0 ? "no jobs" : text.ToString().TrimEnd();
    }

    private ToolResult Done(string what, CronJob job) => new($"{what}: {Line(job)}");

    private string Line(CronJob job)
    {
        string next = job.Enabled && job.State.NextRunAtMs is { } at
            ? $", next {TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(at), time.LocalTimeZone).ToString("yyyy-MM-dd HH:mm zzz", CultureInfo.InvariantCulture)}"
            : job.Enabled ? "" : ", off";
        string when = job.Schedule.Kind switch
        {
            CronSchedule.AtKind => $"at {job.Schedule.At}",
            CronSchedule.EveryKind => $"every {job.Schedule.EveryMs} ms",
            CronSchedule.OnExitKind => "when its command ends",
            CronSchedule.StreamKind => "when its source speaks",
            _ => $"{job.Schedule.Expr} {job.Schedule.Tz}".TrimEnd(),
        };
        return $"{job.Id} {job.Name} ({when}{next}){(job.State.LastError is { } error ? $", last error: {error}" : "")}";
    }

    // What stands in job wins over what stands beside it; a message becomes a turn of its own.
    // Where answers are posted to is for a person to say: a page that a model reads must not have them sent to its own address.
    private static JsonProperty Own(JsonProperty member) =>
        member.Name is "delivery" or "failureAlert" && member.Value.ValueKind == JsonValueKind.Object
        && ((member.Name == "failureAlert" && member.Value.TryGetProperty("to", out _))
            || member.Value.TryGetProperty("completionDestination", out _) || member.Value.TryGetProperty("failureDestination", out _)
            || (member.Value.TryGetProperty("mode", out JsonElement mode) && mode.ValueKind == JsonValueKind.String && mode.ValueEquals("webhook"u8)))
            ? throw Webhooks()
            : member;

    private static CronInputException Webhooks() => new("webhooks are set by a person (openclaw cron add --webhook); use announce or none");

    private JsonElement Job(JsonElement arguments, ToolCallContext context) => CronFields.Build(json =>
    {
        HashSet<string> given = [];
        if (arguments.TryGetProperty("job", out JsonElement job) && job.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty member in job.EnumerateObject().Where(member => member.Name is not ("agentId" or "sessionKey")))
            {
                given.Add(Own(member).Name);
                member.WriteTo(json);
            }
        }

        WriteLoose(json, arguments, given);
        bool note = job.ValueKind == JsonValueKind.Object && job.TryGetProperty("payload"u8, out JsonElement payload) && payload.ValueKind == JsonValueKind.Object
            && payload.TryGetProperty("kind"u8, out JsonElement kind) && kind.ToString().Equals(CronPayload.SystemEventKind, StringComparison.OrdinalIgnoreCase);
        if (!note && given.Add("sessionTarget"))
        {
            json.WriteString("sessionTarget", CronJob.IsolatedTarget);
        }

        json.WriteString("agentId", context.SessionKey.AgentId);
        json.WriteString("sessionKey", context.SessionKey.Text);
    });

    private JsonElement Patch(JsonElement arguments, CronJob job) => CronFields.Build(json =>
    {
        HashSet<string> given = [];
        if (arguments.TryGetProperty("patch", out JsonElement patch) && patch.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty member in patch.EnumerateObject().Where(member => member.Name is not ("agentId" or "sessionKey")))
            {
                given.Add(Own(member).Name);
                member.WriteTo(json);
            }
        }

        WriteLoose(json, arguments, given, job.Payload.Kind);
    });

    // Commands are for people to plan: a page that the model reads must not have one run later. Scripts, conditions and sources are commands too.
    // What becomes of the job counts: a member may stand twice, and what a change does not name stays.
    private static void Check(CronJob? before, CronJob after, string agent)
    {
        if (RunsCode(before) || RunsCode(after))
        {
            throw new CronInputException("jobs that run a command or a script are made and changed by a person (cron.add); plan a turn that uses exec instead", isParams: false);
        }

        if (after.Delivery is { Mode: CronDelivery.Webhook, To: var to } && (before?.Delivery is not { Mode: CronDelivery.Webhook } posted || posted.To != to))
        {
            throw Webhooks();
        }

        if (after.SessionTarget.StartsWith(CronJob.SessionPrefix, StringComparison.Ordinal)
            && (!SessionKey.TryParse(after.SessionTarget[CronJob.SessionPrefix.Length..], agent, out SessionKey key) || key.AgentId != agent))
        {
            throw new CronInputException("jobs in sessions of other agents are made and changed by a person (cron.add); use isolated or current", isParams: false);
        }
    }

    private static bool RunsCode(CronJob? job) =>
        job is { Payload.Kind: CronPayload.CommandKind or CronPayload.ScriptKind } or { Trigger: not null } or { Schedule.IsWatch: true };

    private void WriteLoose(Utf8JsonWriter json, JsonElement arguments, HashSet<string> given, string payload = CronPayload.AgentTurnKind)
    {
        if (Text(arguments, "name") is { Length: > 0 } name && given.Add("name"))
        {
            json.WriteString("name", name);
        }

        if (arguments.TryGetProperty("enabled", out JsonElement enabled) && enabled.ValueKind is JsonValueKind.True or JsonValueKind.False && given.Add("enabled"))
        {
            json.WriteBoolean("enabled", enabled.GetBoolean());
        }

        if (Text(arguments, "message") is { Length: > 0 } message && given.Add("payload"))
        {
            json.WriteStartObject("payload");
            json.WriteString("kind", payload);
            json.WriteString(payload == CronPayload.SystemEventKind ? "text" : "message", message);
            json.WriteEndObject();
        }

        if (!given.Contains("schedule"))
        {
            WriteSchedule(json, arguments);
        }
    }

    private void WriteSchedule(Utf8JsonWriter json, JsonElement arguments)
    {
        string at = Text(arguments, "at");
        string expr = Text(arguments, "expr");
        bool every = arguments.TryGetProperty("everyMs", out JsonElement interval) && interval.ValueKind == JsonValueKind.Number;
        if (at.Length == 0 && expr.Length == 0 && !every)
        {
            return;
        }

        json.WriteStartObject("schedule");
        json.WriteString("kind", at.Length > 0 ? CronSchedule.AtKind : every ? CronSchedule.EveryKind : CronSchedule.CronKind);
        if (at.Length > 0)
        {
            json.WriteString("at", at.StartsWith('+') && Configuration.ConfigValues.TryParseSpan(at[1..], out TimeSpan later)
                ? (time.GetUtcNow() + later).ToString("O", CultureInfo.InvariantCulture) : at);
        }
        else if (every)
        {
            json.WriteNumber("everyMs", interval.GetInt64());
        }
        else
        {
            json.WriteString("expr", expr);
            if (Text(arguments, "tz") is { Length: > 0 } zone)
            {
                json.WriteString("tz", zone);
            }
        }

        json.WriteEndObject();
    }

    private bool IsOf(CronJob job, string agent) => job.OwnerId(defaultAgent()) == agent;

    private static string Text(JsonElement arguments, string name) =>
        arguments.ValueKind == JsonValueKind.Object && arguments.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!.Trim()
            : "";
}
