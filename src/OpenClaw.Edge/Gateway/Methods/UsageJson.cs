using System.Text.Json;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary>Sums of tokens and money on the wire.</summary>
internal static class UsageJson
{
    /// <summary>Writes an object of sums; zeros for null.</summary>
    public static void WriteTotals(Utf8JsonWriter json, string name, UsageRow? row)
    {
        json.WriteStartObject(name);
        WriteSums(json, row);
        json.WriteEndObject();
    }

    /// <summary>Writes the members of the sums.</summary>
    public static void WriteSums(Utf8JsonWriter json, UsageRow? row)
    {
        MessageUsage? tokens = row?.Tokens;
        MessageCost? cost = tokens?.Cost;
        json.WriteNumber("input"u8, tokens?.Input ?? 0);
        json.WriteNumber("output"u8, tokens?.Output ?? 0);
        json.WriteNumber("cacheRead"u8, tokens?.CacheRead ?? 0);
        json.WriteNumber("cacheWrite"u8, tokens?.CacheWrite ?? 0);
        json.WriteNumber("totalTokens"u8, tokens?.TotalTokens ?? 0);
        json.WriteNumber("totalCost"u8, cost?.Total ?? 0);
        json.WriteNumber("inputCost"u8, cost?.Input ?? 0);
        json.WriteNumber("outputCost"u8, cost?.Output ?? 0);
        json.WriteNumber("cacheReadCost"u8, cost?.CacheRead ?? 0);
        json.WriteNumber("cacheWriteCost"u8, cost?.CacheWrite ?? 0);
        json.WriteNumber("missingCostEntries"u8, 0);
        if (row is { CpuMs: > 0 })
        {
            json.WriteNumber("modelMs"u8, Math.Round(row.CpuMs)); // not there in the original
        }
    }
}
