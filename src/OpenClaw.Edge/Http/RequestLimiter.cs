using System.Globalization;
using Microsoft.AspNetCore.Http;
using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Http;

/// <summary>The per-minute limits of <c>gateway.rateLimit</c>: one for all callers, one for each. Counted after
/// authentication, so that a stranger cannot use up the owner's minute. Thread-safe.</summary>
internal sealed class RequestLimiter(TimeProvider clock)
{
    /// <summary>Callers remembered at once; beyond it idle ones are forgotten, then all share one count.</summary>
    public const int MaxCallers = 1024;

    private readonly MinuteWindow _all = new(clock);
    private readonly Dictionary<string, MinuteWindow> _callers = new(StringComparer.Ordinal);

    /// <summary>Counts a request, or answers it with 429 and returns false.</summary>
    public async ValueTask<bool> AdmitAsync(HttpContext context, RequestRateLimitConfig? limits, string caller)
    {
        if (limits is null || TryTake(limits, caller, context.Response.Headers, out TimeSpan wait, out string which))
        {
            return true;
        }

        long seconds = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds));
        context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        await HttpAnswer.ErrorAsync(
            context,
            StatusCodes.Status429TooManyRequests,
            "rate_limited",
            $"Rate limit reached: {which}. Retry after {seconds} s, or raise the limit in openclaw.json.",
            "rate_limit_exceeded");
        return false;
    }

    private bool TryTake(
        RequestRateLimitConfig limits,
        string caller,
        IHeaderDictionary headers,
        out TimeSpan wait,
        out string which)
    {
        which = "";
        wait = TimeSpan.Zero;
        int total = limits.MaxRequestsPerMinute;
        if (total > 0 && !_all.TryTake(total, out int totalLeft, out wait))
        {
            which = $"gateway.rateLimit.maxRequestsPerMinute is {total} for all callers";
            Describe(headers, total, 0, wait);
            return false;
        }

        int own = limits.MaxRequestsPerMinutePerToken;
        if (own > 0)
        {
            bool admitted = WindowOf(caller).TryTake(own, out int left, out wait);
            Describe(headers, own, left, wait);
            if (!admitted)
            {
                which = $"gateway.rateLimit.maxRequestsPerMinutePerToken is {own}";
                if (total > 0)
                {
                    _all.GiveBack();
                }

                return false;
            }
        }

        return true;
    }

    private MinuteWindow WindowOf(string caller)
    {
        lock (_callers)
        {
            if (_callers.TryGetValue(caller, out MinuteWindow? window))
            {
                return window;
            }

            if (_callers.Count >= MaxCallers)
            {
                foreach (string idle in _callers.Where(pair => pair.Value.IsIdle()).Select(pair => pair.Key).ToArray())
                {
                    _callers.Remove(idle);
                }
            }

            string key = _callers.Count >= MaxCallers ? "" : caller;
            if (!_callers.TryGetValue(key, out window))
            {
                window = new MinuteWindow(clock);
                _callers[key] = window;
            }

            return window;
        }
    }

    // The names that OpenAI's clients read.
    private static void Describe(IHeaderDictionary headers, int limit, int left, TimeSpan reset)
    {
        headers["x-ratelimit-limit-requests"] = limit.ToString(CultureInfo.InvariantCulture);
        headers["x-ratelimit-remaining-requests"] = left.ToString(CultureInfo.InvariantCulture);
        headers["x-ratelimit-reset-requests"] =
            string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(reset.TotalSeconds)}s");
    }
}
