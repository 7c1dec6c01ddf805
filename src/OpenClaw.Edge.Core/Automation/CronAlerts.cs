using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Automation;

/// <summary>Tells the agent's main session when a job with a <c>failureAlert</c> fails again and again. Thread-safe.</summary>
public sealed class CronAlerts(Heartbeat heartbeat, Func<AgentCatalog> agents, TimeProvider time)
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
        AgentEntry? agent = agents().TryGet(job.OwnerId(agents().Default.Id), out AgentEntry? owner) ? owner : agents().Default;
        heartbeat.Note(
            SessionKey.Main(agent.Id),
            string.Create(CultureInfo.InvariantCulture, $"Cron job \"{job.Name}\" ({job.Id}) {(skipped ? "was skipped" : "failed")} {count} times in a row: {job.State.LastError}"),
            "cron", now: true);
    }

    private static long? Number(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number) ? number : null;
}
