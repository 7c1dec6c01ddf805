using System.Globalization;
using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Automation;

/// <summary>Tells when a job fails again and again, and when it works again: a web server that its alerts go to, else the agent's main
/// session. What the job says wins over <c>cron.failureAlert</c>. Called by the scheduler's loop.</summary>
public sealed class CronAlerts(Heartbeat heartbeat, Func<AgentCatalog> agents, Func<CronConfig> config, TimeProvider time, CronWebhook webhook)
{
    private const int DefaultAfter = 2; // the original's
    private const long DefaultCooldownMs = 3_600_000; // the original's

    /// <summary>Looks at a job whose run has just ended, and answers it with what was told noted; never blocks.</summary>
    public CronJob Judge(CronJob job)
    {
        ArgumentNullException.ThrowIfNull(job);
        JsonElement? wish = job.FailureAlert is { ValueKind: JsonValueKind.Object } own ? own : null;
        JsonElement? shared = config().FailureAlert;
        bool hushed = job.FailureAlert is { ValueKind: JsonValueKind.False }
            || (wish is null && (job.Delivery?.BestEffort == true || Is(shared, "enabled", JsonValueKind.False)));
        bool wakes = wish is not null || shared is not null;
        bool told = job.State.LastFailureAlertAtMs is not null;
        long now = time.GetUtcNow().ToUnixTimeMilliseconds();
        job = job with { State = job.State with { LastFailureNotificationDeliveryStatus = CronDelivered.NotRequested.Status } };
        if (job.State.LastStatus == "ok")
        {
            if (told && !hushed)
            {
                Tell(job, wish, shared, $"Cron job \"{job.Name}\" ({job.Id}) works again.", wakes: false);
            }

            return job with { ToldCause = null, State = job.State with { LastFailureAlertAtMs = null } };
        }

        bool skipped = job.State.LastStatus == "skipped";
        int count = (skipped ? job.State.ConsecutiveSkipped : job.State.ConsecutiveErrors) ?? 0;
        bool counts = !skipped || Is(wish is { } asked && asked.TryGetProperty("includeSkipped"u8, out _) ? wish : shared, "includeSkipped", JsonValueKind.True);
        bool rests = job.State.LastFailureAlertAtMs is { } last && last <= now && now - last < (Number(wish, "cooldownMs") ?? Number(shared, "cooldownMs") ?? DefaultCooldownMs);
        string cause = $"{job.State.LastStatus} {job.State.LastError}";
        bool routed = wakes || job.Delivery is { Mode: CronDelivery.Announce } or { FailureDestination: not null };
        if (hushed || !routed || !counts || rests || cause == job.ToldCause || count < (Number(wish, "after") ?? Number(shared, "after") ?? DefaultAfter))
        {
            return job;
        }

        Tell(job, wish, shared, string.Create(
            CultureInfo.InvariantCulture, $"Cron job \"{job.Name}\" ({job.Id}) {(skipped ? "was skipped" : "failed")} {count} times in a row: {job.State.LastError}"), wakes);
        return job with { ToldCause = cause, State = job.State with { LastFailureAlertAtMs = now, LastFailureNotificationDeliveryStatus = "unknown" } };
    }

    private void Tell(CronJob job, JsonElement? wish, JsonElement? shared, string text, bool wakes)
    {
        if (AddressOf(job, wish, shared) is { } address)
        {
            _ = PostAsync(job, text, address);
            return;
        }

        AgentEntry? agent = agents().TryGet(job.OwnerId(agents().Default.Id), out AgentEntry? owner) ? owner : agents().Default;
        heartbeat.Note(SessionKey.Main(agent.Id), text, "cron", now: wakes);
    }

    // An alert that goes to no web server is a note: there are no messengers. A way that names a channel is none to a web server; one that
    // changes from one to the other brings its own address.
    private static string? AddressOf(CronJob job, JsonElement? wish, JsonElement? shared)
    {
        (bool posts, string? to) = (false, null);
        foreach (JsonElement? layer in (ReadOnlySpan<JsonElement?>)[shared, job.Delivery?.FailureDestination, wish])
        {
            if (layer is not { ValueKind: JsonValueKind.Object } route)
            {
                continue;
            }

            string? mode = Word(route, "mode");
            bool? wants = mode is not null ? mode == CronDelivery.Webhook : Word(route, "channel") is not null ? false : null;
            if (wants is { } other && other != posts)
            {
                (posts, to) = (other, null);
            }

            to = Word(route, "to") ?? to;
        }

        return posts ? to ?? "" : null;
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
        CronDelivered posted = await webhook.PostAsync(job, Encoding.UTF8.GetBytes(body.GetRawText()), address, CancellationToken.None);
        if (posted.Status != "delivered" && agents().Default is { } agent)
        {
            heartbeat.Note(SessionKey.Main(agent.Id), $"{text} (and the address for alerts did not take this: {posted.Error})", "cron", now: false);
        }
    }

    private static string? Word(JsonElement route, string name) =>
        route.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String && value.GetString()!.Trim() is { Length: > 0 } word ? word : null;

    private static bool Is(JsonElement? parent, string name, JsonValueKind kind) => parent is { } wish && wish.TryGetProperty(name, out JsonElement value) && value.ValueKind == kind;

    private static long? Number(JsonElement? parent, string name) =>
        parent is { } wish && wish.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number) ? number : null;
}
