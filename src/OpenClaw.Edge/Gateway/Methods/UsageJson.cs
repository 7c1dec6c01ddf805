using System.Globalization;
using System.Text.Json;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary>Tokens, money and counts on the wire.</summary>
internal static class UsageJson
{
    /// <summary>Writes an object of sums.</summary>
    public static void WriteTotals(Utf8JsonWriter json, string name, UsageSums sums)
    {
        json.WriteStartObject(name);
        WriteSums(json, sums);
        json.WriteEndObject();
    }

    /// <summary>Writes the members of the sums.</summary>
    public static void WriteSums(Utf8JsonWriter json, UsageSums sums)
    {
        MessageUsage tokens = sums.Tokens;
        WriteTokens(json, sums);
        json.WriteNumber("inputCost"u8, tokens.Cost.Input);
        json.WriteNumber("outputCost"u8, tokens.Cost.Output);
        json.WriteNumber("cacheReadCost"u8, tokens.Cost.CacheRead);
        json.WriteNumber("cacheWriteCost"u8, tokens.Cost.CacheWrite);
        json.WriteNumber("missingCostEntries"u8, 0);
        if (sums.CpuMs > 0)
        {
            json.WriteNumber("modelMs"u8, Math.Round(sums.CpuMs)); // ours, for who asks by modelTime
        }
    }

    /// <summary>Writes what a session used and how much was said in it, as an object.</summary>
    public static void WriteSession(Utf8JsonWriter json, SessionUsage usage, SessionRow? row, string database)
    {
        json.WriteStartObject();
        if (row is not null)
        {
            json.WriteString("sessionId"u8, row.SessionId);
            json.WriteString("sessionFile"u8, $"sqlite:{row.AgentId}:{row.SessionId}:{database}"); // as there: where it is, and no file of its own
        }

        WriteSums(json, usage.All.Sums);
        if (usage.LastMs > 0 || usage.Days.Count > 0)
        {
            WriteActivity(json, usage);
        }

        json.WriteStartObject("messageCounts"u8);
        WriteCounts(json, usage.All.Counts);
        json.WriteEndObject();
        if (usage.Tools.Count > 0)
        {
            WriteTools(json, "toolUsage", usage.Tools);
        }

        if (usage.All.Models.Count > 0)
        {
            WriteModels(json, "modelUsage", usage.All.Models, named: true);
        }

        if (usage.All.Waits.Count > 0)
        {
            json.WriteStartObject("latency"u8);
            WriteLatency(json, usage.All.Waits);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    // When it was used: nothing of a session in which nobody has spoken.
    private static void WriteActivity(Utf8JsonWriter json, SessionUsage usage)
    {
        if (usage.LastMs > 0)
        {
            json.WriteNumber("firstActivity"u8, usage.FirstMs);
            json.WriteNumber("lastActivity"u8, usage.LastMs);
            json.WriteNumber("durationMs"u8, usage.LastMs - usage.FirstMs);
        }

        json.WriteTexts("activityDates", usage.Days.Keys);
        WriteDays(json, "dailyBreakdown", usage.Days, static (json, span) =>
        {
            json.WriteNumber("tokens"u8, span.Sums.Tokens.TotalTokens);
            json.WriteNumber("cost"u8, span.Sums.Tokens.Cost.Total);
            WriteSums(json, span.Sums);
        });
        WriteDays(json, "dailyMessageCounts", usage.Days, static (json, span) => WriteCounts(json, span.Counts));
        WriteQuarters(json, "utcQuarterHourMessageCounts", usage, static (json, span) => WriteCounts(json, span.Counts));
        WriteQuarters(json, "utcQuarterHourTokenUsage", usage, static (json, span) => WriteTokens(json, span.Sums));
        WriteDailyLatency(json, usage.Days);
        WriteDailyModels(json, "dailyModelUsage", usage.Days);
    }

    /// <summary>Writes the members of counts.</summary>
    public static void WriteCounts(Utf8JsonWriter json, MessageCounts counts)
    {
        json.WriteNumber("total"u8, counts.Total);
        json.WriteNumber("user"u8, counts.User);
        json.WriteNumber("assistant"u8, counts.Assistant);
        json.WriteNumber("toolCalls"u8, counts.ToolCalls);
        json.WriteNumber("toolResults"u8, counts.ToolResults);
        json.WriteNumber("errors"u8, counts.Errors);
    }

    /// <summary>Writes which tools were called how often, the most used first.</summary>
    public static void WriteTools(Utf8JsonWriter json, string name, SortedDictionary<string, long> tools)
    {
        json.WriteStartObject(name);
        json.WriteNumber("totalCalls"u8, tools.Values.Sum());
        json.WriteNumber("uniqueTools"u8, tools.Count);
        json.WriteStartArray("tools"u8);
        foreach (KeyValuePair<string, long> tool in tools.OrderByDescending(tool => tool.Value))
        {
            json.WriteStartObject();
            json.WriteString("name"u8, tool.Key);
            json.WriteNumber("count"u8, tool.Value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Writes sums by <c>provider/model</c>, or by provider alone; the most used first.</summary>
    public static void WriteModels(Utf8JsonWriter json, string name, SortedDictionary<string, UsageSums> models, bool named)
    {
        json.WriteStartArray(name);
        foreach (KeyValuePair<string, UsageSums> model in models
            .OrderByDescending(model => model.Value.Tokens.Cost.Total).ThenByDescending(model => model.Value.Tokens.TotalTokens))
        {
            json.WriteStartObject();
            WriteModelName(json, model.Key, named);
            json.WriteNumber("count"u8, model.Value.Count);
            WriteTotals(json, "totals", model.Value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Writes tokens and money by day and model.</summary>
    public static void WriteDailyModels(Utf8JsonWriter json, string name, SortedDictionary<string, UsageSpan> days)
    {
        json.WriteStartArray(name);
        foreach (KeyValuePair<string, UsageSpan> day in days)
        {
            foreach (KeyValuePair<string, UsageSums> model in day.Value.Models.OrderByDescending(model => model.Value.Tokens.Cost.Total))
            {
                json.WriteStartObject();
                json.WriteString("date"u8, day.Key);
                WriteModelName(json, model.Key, named: true);
                json.WriteNumber("tokens"u8, model.Value.Tokens.TotalTokens);
                json.WriteNumber("cost"u8, model.Value.Tokens.Cost.Total);
                json.WriteNumber("count"u8, model.Value.Count);
                json.WriteEndObject();
            }
        }

        json.WriteEndArray();
    }

    /// <summary>Writes how long answers took by day; days without any are left out.</summary>
    public static void WriteDailyLatency(Utf8JsonWriter json, SortedDictionary<string, UsageSpan> days)
    {
        json.WriteStartArray("dailyLatency"u8);
        foreach (KeyValuePair<string, UsageSpan> day in days)
        {
            if (day.Value.Waits.Count > 0)
            {
                json.WriteStartObject();
                json.WriteString("date"u8, day.Key);
                WriteLatency(json, day.Value.Waits);
                json.WriteEndObject();
            }
        }

        json.WriteEndArray();
    }

    /// <summary>Writes the members of a latency.</summary>
    public static void WriteLatency(Utf8JsonWriter json, IReadOnlyList<long> waits)
    {
        long[] sorted = waits.ToArray();
        Array.Sort(sorted);
        json.WriteNumber("count"u8, sorted.Length);
        json.WriteNumber("avgMs"u8, (double)sorted.Sum() / sorted.Length);
        json.WriteNumber("p95Ms"u8, sorted[(int)Math.Ceiling(sorted.Length * 0.95) - 1]);
        json.WriteNumber("minMs"u8, sorted[0]);
        json.WriteNumber("maxMs"u8, sorted[^1]);
    }

    private static void WriteDays(Utf8JsonWriter json, string name, SortedDictionary<string, UsageSpan> days, Action<Utf8JsonWriter, UsageSpan> members)
    {
        json.WriteStartArray(name);
        foreach (KeyValuePair<string, UsageSpan> day in days)
        {
            json.WriteStartObject();
            json.WriteString("date"u8, day.Key);
            members(json, day.Value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteQuarters(Utf8JsonWriter json, string name, SessionUsage usage, Action<Utf8JsonWriter, UsageSpan> members)
    {
        if (usage.Quarters.Count == 0)
        {
            return;
        }

        json.WriteStartArray(name);
        foreach (KeyValuePair<long, UsageSpan> quarter in usage.Quarters)
        {
            json.WriteStartObject();
            json.WriteString(
                "date"u8,
                DateTimeOffset.FromUnixTimeMilliseconds(quarter.Key * SessionUsage.QuarterMs).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
            json.WriteNumber("quarterIndex"u8, quarter.Key % 96);
            members(json, quarter.Value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteTokens(Utf8JsonWriter json, UsageSums sums)
    {
        json.WriteNumber("input"u8, sums.Tokens.Input);
        json.WriteNumber("output"u8, sums.Tokens.Output);
        json.WriteNumber("cacheRead"u8, sums.Tokens.CacheRead);
        json.WriteNumber("cacheWrite"u8, sums.Tokens.CacheWrite);
        json.WriteNumber("totalTokens"u8, sums.Tokens.TotalTokens);
        json.WriteNumber("totalCost"u8, sums.Tokens.Cost.Total);
    }

    private static void WriteModelName(Utf8JsonWriter json, string name, bool named)
    {
        int slash = name.IndexOf('/', StringComparison.Ordinal);
        json.WriteString("provider"u8, slash < 0 ? name : name[..slash]);
        if (named && slash >= 0)
        {
            json.WriteString("model"u8, name[(slash + 1)..]);
        }
    }
}
