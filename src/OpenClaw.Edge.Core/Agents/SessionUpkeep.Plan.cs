using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Agents;

/// <content>Which sessions are to go, by their age and by their number.</content>
public sealed partial class SessionUpkeep
{
    private List<(SessionRow Row, string Action)> Plan(long live)
    {
        SessionMaintenanceConfig config = Config;
        List<(SessionRow Row, string Action)> plan = [];
        HashSet<string> planned = new(StringComparer.Ordinal);
        foreach (SessionRow row in Idle(Youngest(config)))
        {
            if (plan.Count < MaxActions && AgeAction(row, config) is { } action && planned.Add(row.Key.Text))
            {
                plan.Add((row, action));
            }
        }

        long excess = live - plan.Count - config.MaxEntries;
        if (excess <= 0)
        {
            return plan;
        }

        foreach (SessionRow row in Idle(NowMs))
        {
            if (excess <= 0 || plan.Count >= MaxActions)
            {
                break;
            }

            if (!planned.Contains(row.Key.Text) && !IsHeld(row) && !IsRecent(row, config) && SessionResets.ChannelOf(row.Key) is null)
            {
                plan.Add((row, IsOwn(row.Key) ? "cap-overflow" : "archive-cap"));
                excess--;
            }
        }

        return plan;
    }

    // The sessions that no turn runs in, a page at a time, so that a thousand of them are never in memory at once.
    private IEnumerable<SessionRow> Idle(long changedBeforeMs)
    {
        SessionRow? last = null;
        IReadOnlyList<SessionRow> page;
        do
        {
            page = _runtime.Sessions.Idle(changedBeforeMs, last, PageSize);
            foreach (SessionRow row in page)
            {
                yield return row;
            }

            last = page.Count > 0 ? page[^1] : null;
        }
        while (page.Count == PageSize);
    }

    private long Youngest(SessionMaintenanceConfig config)
    {
        TimeSpan least = TimeSpan.MaxValue;
        foreach (TimeSpan? span in (ReadOnlySpan<TimeSpan?>)[config.PruneAfter, config.ArchiveDashboardAfter, _runtime.Config().Cron.SessionRetention])
        {
            least = span is { } one && one < least ? one : least;
        }

        return least == TimeSpan.MaxValue ? 0 : NowMs - (long)least.TotalMilliseconds;
    }

    private string? AgeAction(SessionRow row, SessionMaintenanceConfig config)
    {
        if (IsHeld(row))
        {
            return null;
        }

        if (IsOwn(row.Key))
        {
            bool job = row.Key.Rest.StartsWith("cron:", StringComparison.Ordinal) && row.Key.Rest.Contains(":run:", StringComparison.Ordinal);
            return (job && IsOlder(row, _runtime.Config().Cron.SessionRetention)) || IsOlder(row, config.PruneAfter) ? "prune-stale" : null;
        }

        if (IsRecent(row, config) || SessionResets.ChannelOf(row.Key) is not null)
        {
            return null;
        }

        bool dashboard = row.Key.Rest.StartsWith("dashboard:", StringComparison.Ordinal);
        return (dashboard && IsOlder(row, config.ArchiveDashboardAfter)) || IsOlder(row, config.PruneAfter) ? "archive-age" : null;
    }

    private bool IsOlder(SessionRow row, TimeSpan? age) => age is { } limit && row.UpdatedAtMs < NowMs - (long)limit.TotalMilliseconds;

    private bool IsRecent(SessionRow row, SessionMaintenanceConfig config) => config.PreserveRecent is not null && !IsOlder(row, config.PreserveRecent);

    // The main session, what runs, and a sub-agent whose parent has not heard of its end.
    private bool IsHeld(SessionRow row) =>
        row.Key.IsMain || row.Key.Rest == "global" || row.Pinned || _runs.ActiveFor(row.Key) is not null || OpenWork.Of(row) is not null;

    // What the gateway made for itself: nobody looks for it in a list.
    private static bool IsOwn(SessionKey key) =>
        key.Rest.StartsWith("cron:", StringComparison.Ordinal) || key.Rest.StartsWith("hook:", StringComparison.Ordinal)
        || key.Rest.StartsWith("subagent:", StringComparison.Ordinal) || key.Rest.StartsWith("acp:", StringComparison.Ordinal)
        || key.Rest.EndsWith(":heartbeat", StringComparison.Ordinal);
}
