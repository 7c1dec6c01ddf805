using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Automation;

/// <summary>Tells the agent's main session when a job with a <c>failureAlert</c> fails again and again. Thread-safe.</summary>
public sealed class CronAlerts(Heartbeat heartbeat, Func<AgentCatalog> agents, TimeProvider time, CronWebhook? webhook = null)
{
    private const int DefaultAfter = 2; // the original's
    private const long DefaultCooldownMs = 3_600_000;

    private readonly ConcurrentDictionary<string, long> _told = new(StringComparer.Ordinal);

    /// <summary>Looks at what happened to a job; never blocks.</summary>
    public void On(CronEvent told)
    {
        ArgumentNullException.ThrowIfNull(told);
        CronJob job = told.Job;
        if (told.Action == "removed" || (told.Action == "finished" && job.State.LastStatus == "ok"))
        {
            _told.TryRemove(job.Id, out _);
            return;
        }

        if (told.Action != "finished" || job.FailureAlert is not { ValueKind: JsonValueKind.Object } wish)
        {
            return;
        }

        bool skipped = job.State.LastStatus == "skipped";
        int count = (skipped ? job.State.ConsecutiveSkipped : job.State.ConsecutiveErrors) ?? 0;
        bool counts = !skipped || (wish.TryGetProperty("includeSkipped", out JsonElement include) && include.ValueKind == JsonValueKind.True);
        long now = time.GetUtcNow().ToUnixTimeMilliseconds();
        bool rests = _told.TryGetValue(job.Id, out long last) && now - last < (Number(wish, "cooldownMs") ?? DefaultCooldownMs);
        if (!counts || rests || count < (Number(wish, "after") ?? DefaultAfter))
        {
            return;
        }

        _told[job.Id] = now;
        string text = string.Create(
            CultureInfo.InvariantCulture, $"Cron job \"{job.Name}\" ({job.Id}) {(skipped ? "was skipped" : "failed")} {count} times in a row: {job.State.LastError}");
        if (webhook is not null && AddressOf(job, wish) is { } address)
        {
            _ = PostAsync(job, text, address);
            return;
        }

        AgentEntry? agent = agents().TryGet(job.OwnerId(agents().Default.Id), out AgentEntry? owner) ? owner : agents().Default;
        heartbeat.Note(
            SessionKey.Main(agent.Id),
            text,
            "cron", now: true);
    }

    // An alert that goes to no web server is a note: there are no messengers.
    private static string? AddressOf(CronJob job, JsonElement wish)
    {
        JsonElement? other = job.Delivery?.FailureDestination;
        bool own = wish.TryGetProperty("mode"u8, out JsonElement mode);
        JsonElement route = own || other is null ? wish : other.Value;
        return (own || route.TryGetProperty("mode"u8, out mode)) && mode.ValueKind == JsonValueKind.String && mode.ValueEquals("webhook"u8)
            ? CronFields.Text(route, "to", "failureAlert") ?? "" : null;
    }

    private async Task PostAsync(CronJob job, string text, string address)
    {
        JsonElement body = CronFields.Build(json =>
        {
            json.WriteString("jobId"u8, job.Id);
            json.WriteString("jobName"u8, job.Name);
            json.WriteString("message"u8, text);
            json.WriteNumber("runAtMs"u8, job.State.LastRunAtMs ?? 0);
        });
        CronDelivered posted = await webhook!.PostAsync(job, Encoding.UTF8.GetBytes(body.GetRawText()), address, CancellationToken.None);
        if (posted.Status != "delivered" && agents().Default is { } agent)
        {
            heartbeat.Note(SessionKey.Main(agent.Id), $"{text} (and the address for alerts did not take this: {posted.Error})", "cron", now: false);
        }
    }

    private static long? Number(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number) ? number : null;
}
