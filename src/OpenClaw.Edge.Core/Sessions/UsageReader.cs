using System.Data.Common;
using System.Globalization;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Storage;

namespace OpenClaw.Edge.Sessions;

/// <summary>Sums usage.</summary>
internal static class UsageReader
{
    /// <summary>See <see cref="SessionStore.Usage"/>.</summary>
    public static IReadOnlyList<UsageRow> Sum(EdgeConnection connection, UsageQuery query)
    {
        return connection.All(
            UsageTable.Sum, Read,
            By(UsageGrouping.Session), By(UsageGrouping.Agent), By(UsageGrouping.Day), By(UsageGrouping.Provider), By(UsageGrouping.Model),
            query.Key?.Text, query.AgentId, Iso(query.From), Iso(query.To), Math.Max(query.Limit, 1));

        int By(UsageGrouping grouping) => query.By.HasFlag(grouping) ? 1 : 0;
    }

    private static UsageRow Read(DbDataReader row) => new()
    {
        SessionKey = Text(row, 0),
        AgentId = Text(row, 1),
        Day = Text(row, 2) is string day ? DateOnly.ParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture) : null,
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
        CpuMs = row.GetDouble(16),
    };

    private static string? Text(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static string? Iso(DateOnly? day) => day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
