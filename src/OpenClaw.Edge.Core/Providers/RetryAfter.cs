using System.Globalization;
using System.Net.Http.Headers;

namespace OpenClaw.Edge.Providers;

/// <summary>How long a server asks to wait. Source: RFC 9110 §10.2.3; <c>retry-after-ms</c> is OpenAI's own.</summary>
internal static class RetryAfter
{
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1); // a server that asks for more is misread or misled

    /// <summary>The wait; null when the server asks for none.</summary>
    public static TimeSpan? Read(HttpResponseHeaders headers, TimeProvider clock)
    {
        if (headers.TryGetValues("retry-after-ms", out IEnumerable<string>? values)
            && double.TryParse(values.First(), NumberStyles.Float, CultureInfo.InvariantCulture, out double milliseconds))
        {
            return Within(TimeSpan.FromMilliseconds(milliseconds));
        }

        return headers.RetryAfter switch
        {
            { Delta: { } delta } => Within(delta),
            { Date: { } date } => Within(date - clock.GetUtcNow()),
            _ => null,
        };
    }

    private static TimeSpan Within(TimeSpan wait) =>
        wait < TimeSpan.Zero ? TimeSpan.Zero : wait > Longest ? Longest : wait;
}
