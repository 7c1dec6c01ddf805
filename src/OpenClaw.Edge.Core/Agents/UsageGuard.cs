using System.Globalization;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Agents;

/// <summary>Stops turns at the caps of <c>usage.limits</c>. Asked before each model call; reads sums only where there is a cap. Stateless.</summary>
internal sealed class UsageGuard(AgentRuntime runtime)
{
    /// <summary>Throws <see cref="RunRefusedException"/> when a cap is reached.</summary>
    /// <param name="key">The session.</param>
    /// <param name="open">What the running turn has used and the store has not counted yet.</param>
    /// <param name="worked">How long models have worked for it.</param>
    public void Check(SessionKey key, MessageUsage open, TimeSpan worked)
    {
        UsageConfig limits = runtime.Config().Usage;
        if (limits.Day.Any)
        {
            DateOnly today = DateOnly.FromDateTime(runtime.Time.GetUtcNow().UtcDateTime);
            IReadOnlyList<UsageRow> sums = runtime.Sessions.Usage(new UsageQuery { From = today, To = today });
            MessageUsage used = sums.Count > 0 ? sums[0].Tokens : new MessageUsage();
            Compare("day", limits.Day, used.TotalTokens, used.Cost.Total, open, "it starts over at 00:00 UTC");
            CompareWork("day", limits.Day, (sums.Count > 0 ? sums[0].CpuMs : 0) + worked.TotalMilliseconds, "it starts over at 00:00 UTC");
        }

        if (limits.Session.Any && runtime.Sessions.Find(key) is { } session)
        {
            Compare(
                "session", limits.Session, session.InputTokens + session.OutputTokens, session.CostUsd, open, "/new starts over");
            if (limits.Session.CpuSeconds is not null)
            {
                IReadOnlyList<UsageRow> sums = runtime.Sessions.Usage(new UsageQuery { Key = key });
                CompareWork("session", limits.Session, (sums.Count > 0 ? sums[0].CpuMs : 0) + worked.TotalMilliseconds, "another session starts at nothing");
            }
        }
    }

    private static void Compare(string scope, UsageLimitConfig limit, long tokens, double cost, MessageUsage open, string wayOut)
    {
        tokens += open.TotalTokens;
        cost += open.Cost.Total;
        if (limit.Tokens is { } most && tokens >= most)
        {
            throw Refuse(scope, "tokens", $"{tokens} of {most} tokens", wayOut);
        }

        if (limit.CostUsd is { } money && cost >= money)
        {
            throw Refuse(scope, "costUsd", string.Create(CultureInfo.InvariantCulture, $"${cost:0.00##} of ${money:0.00##}"), wayOut);
        }
    }

    private static void CompareWork(string scope, UsageLimitConfig limit, double workedMs, string wayOut)
    {
        if (limit.CpuSeconds is { } most && workedMs >= most * 1000)
        {
            throw Refuse(scope, "cpuSeconds", string.Create(CultureInfo.InvariantCulture, $"{workedMs / 1000:0} of {most:0.##} seconds of model work"), wayOut);
        }
    }

    private static RunRefusedException Refuse(string scope, string key, string used, string wayOut) => new(
        $"the limit of this {scope} is used up: {used}. Wait ({wayOut}), or raise usage.limits.{scope}.{key}.", ProviderFailure.RateLimited);
}
