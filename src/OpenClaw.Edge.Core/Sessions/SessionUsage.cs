using System.Globalization;
using OpenClaw.Edge.Protocol.Gateway;

namespace OpenClaw.Edge.Sessions;

/// <summary>What one session used, and how much was said in it, by days and by quarters of an hour. Not thread-safe.</summary>
public sealed class SessionUsage
{
    /// <summary>Length of a quarter of an hour.</summary>
    public const long QuarterMs = 900_000;

    private const long MaxWaitMs = 43_200_000; // as there: an answer after half a day is no answer to the message before it

    private readonly TimeZoneInfo _zone;
    private long _askedMs;

    /// <summary>Of a session in which nothing was used and said yet.</summary>
    public SessionUsage(string key, string agentId, TimeZoneInfo zone) => (Key, AgentId, _zone) = (key, agentId, zone);

    /// <summary>Session key.</summary>
    public string Key { get; }

    /// <summary>Agent.</summary>
    public string AgentId { get; }

    /// <summary>Everything.</summary>
    public UsageSpan All { get; } = new();

    /// <summary>By day of the zone, such as <c>2026-11-22</c>.</summary>
    public SortedDictionary<string, UsageSpan> Days { get; } = new(StringComparer.Ordinal);

    /// <summary>By quarter of an hour since 1970.</summary>
    public SortedDictionary<long, UsageSpan> Quarters { get; } = [];

    /// <summary>Calls by name of tool.</summary>
    public SortedDictionary<string, long> Tools { get; } = new(StringComparer.Ordinal);

    /// <summary>Time of the first message, epoch milliseconds; 0 without any.</summary>
    public long FirstMs { get; private set; }

    /// <summary>Time of the last message, epoch milliseconds; 0 without any.</summary>
    public long LastMs { get; private set; }

    /// <summary>The day of a time.</summary>
    public static string DayOf(long atMs, TimeZoneInfo zone) =>
        TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(atMs), zone).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    internal void Used(long atMs, UsageRow row)
    {
        foreach (UsageSpan span in (ReadOnlySpan<UsageSpan>)[All, Day(atMs), Quarter(atMs)])
        {
            span.Sums.Add(row.Runs, row.Tokens, row.CpuMs);
            string name = $"{row.Provider}/{row.Model}";
            if (!span.Models.TryGetValue(name, out UsageSums? model))
            {
                model = span.Models[name] = new UsageSums();
            }

            model.Add(row.Runs, row.Tokens, row.CpuMs);
        }
    }

    internal void Said(long atMs, string role, ChatMessage? message)
    {
        FirstMs = FirstMs == 0 ? atMs : Math.Min(FirstMs, atMs);
        LastMs = Math.Max(LastMs, atMs);
        MessageCounts more = new() { User = role == "user" ? 1 : 0, Assistant = role == "assistant" ? 1 : 0, ToolResults = role == "toolResult" ? 1 : 0 };
        more.Errors = message is { IsError: true } or { StopReason: "error" or "aborted" or "timeout" } ? 1 : 0;
        foreach (ContentPart part in message?.Content.Parts ?? [])
        {
            if (part is { Type: "toolCall", Name: { } name })
            {
                more.ToolCalls++;
                Tools[name] = Tools.GetValueOrDefault(name) + 1;
            }
        }

        long wait = role == "assistant" && _askedMs > 0 ? Math.Max(0, atMs - _askedMs) : -1;
        foreach (UsageSpan span in (ReadOnlySpan<UsageSpan>)[All, Day(atMs), Quarter(atMs)])
        {
            span.Counts.Add(more);
            if (wait is >= 0 and <= MaxWaitMs)
            {
                span.AddWait(wait);
            }
        }

        _askedMs = role == "user" ? atMs : _askedMs;
    }

    private UsageSpan Day(long atMs)
    {
        string day = DayOf(atMs, _zone);
        if (!Days.TryGetValue(day, out UsageSpan? span))
        {
            span = Days[day] = new UsageSpan();
        }

        return span;
    }

    private UsageSpan Quarter(long atMs)
    {
        long quarter = atMs / QuarterMs;
        if (!Quarters.TryGetValue(quarter, out UsageSpan? span))
        {
            span = Quarters[quarter] = new UsageSpan();
        }

        return span;
    }
}
