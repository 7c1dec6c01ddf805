using System.Data.Common;
using System.Globalization;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Storage;

namespace OpenClaw.Edge.Sessions;

/// <summary>Sums usage.</summary>
internal static class UsageReader
{
    private const int MaxQuarters = 200_000; // five years of a box that is used around the clock
    private const int MaxMessages = 500_000; // guess: far above what a home says in a year

    /// <summary>See <see cref="SessionStore.Usage"/>.</summary>
    public static IReadOnlyList<UsageRow> Sum(EdgeConnection connection, UsageQuery query)
    {
        return connection.All(
            UsageTable.Sum, Read,
            By(UsageGrouping.Session), By(UsageGrouping.Agent), By(UsageGrouping.Day), By(UsageGrouping.Provider), By(UsageGrouping.Model),
            query.Key?.Text, query.AgentId, Iso(query.From), Iso(query.To), Math.Max(query.Limit, 1));

        int By(UsageGrouping grouping) => query.By.HasFlag(grouping) ? 1 : 0;
    }

    /// <summary>See <see cref="SessionStore.UsageOf"/>.</summary>
    public static IReadOnlyCollection<SessionUsage> OfSessions(
        EdgeConnection connection, SessionKey? key, string? agentId, long fromMs, long toMs, TimeZoneInfo zone, bool counted, bool timed)
    {
        Dictionary<string, SessionUsage> sessions = new(StringComparer.Ordinal);
        connection.Each(
            UsageTable.Quarters,
            row =>
            {
                Of(row.GetString(0), row.GetString(1)).Used(row.GetInt64(2) * SessionUsage.QuarterMs, Numbers(row, null, timed));
                return true;
            },
            fromMs, toMs, key?.Text, agentId, MaxQuarters);
        if (!counted)
        {
            return sessions.Values;
        }

        connection.Each(
            TranscriptTable.Counted,
            row =>
            {
                string role = row.GetString(3);
                Of(row.GetString(0), row.GetString(1)).Said(
                    row.GetInt64(2), role, role is "assistant" or "toolResult" ? MessageJson.Read(row.GetFieldValue<byte[]>(4)) : null);
                return true;
            },
            fromMs, toMs, key?.Text, agentId, MaxMessages);
        return sessions.Values;

        SessionUsage Of(string session, string agent)
        {
            if (!sessions.TryGetValue(session, out SessionUsage? usage))
            {
                usage = sessions[session] = new SessionUsage(session, agent, zone);
            }

            return usage;
        }
    }

    private static UsageRow Read(DbDataReader row) =>
        Numbers(row, Text(row, 2) is string day ? DateOnly.ParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture) : null);

    private static UsageRow Numbers(DbDataReader row, DateOnly? day, bool timed = true) => new()
    {
        SessionKey = Text(row, 0),
        AgentId = Text(row, 1),
        Day = day,
        Provider = Text(row, 3),
        Model = Text(row, 4),
        Runs = row.GetInt64(5),
        Tokens = new MessageUsage
        {
            Input = row.GetInt64(6),
            Output = row.GetInt64(7),
            CacheRead = row.GetInt64(8),
            CacheWrite = row.GetInt64(9),
            TotalTokens = row.GetInt64(10),
            Cost = new MessageCost
            {
                Input = row.GetDouble(11),
                Output = row.GetDouble(12),
                CacheRead = row.GetDouble(13),
                CacheWrite = row.GetDouble(14),
                Total = row.GetDouble(15),
            },
        },
        CpuMs = timed ? row.GetDouble(16) : 0,
    };

    private static string? Text(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static string? Iso(DateOnly? day) => day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
