using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Security;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary><c>usage.cost</c>, <c>usage.status</c>, <c>sessions.usage</c>: sums of what the store has counted.</summary>
internal sealed class UsageMethods(GatewayRuntime runtime)
{
    private const int DefaultDays = 30;
    private const int MaxRows = 10_000; // days times models of a range; far above what a home makes

    /// <summary>The methods.</summary>
    public IEnumerable<MethodEntry> Entries() =>
    [
        MethodEntry.Of("usage.cost", OperatorScopes.Read, "days:int(1..3650) startDate:str endDate:str …", Cost),
        MethodEntry.Of("usage.status", OperatorScopes.Read, "", _ => MethodReply.Object(WriteStatus)),
        MethodEntry.Of("sessions.usage", OperatorScopes.Read,
            "key:str1(512) agentId:str? days:int(1..3650) startDate:str endDate:str limit:int(1..1000) …", Sessions),
    ];

    private MethodReply Cost(MethodCall call)
    {
        if (!TryReadRange(call, out UsageQuery? query, out GatewayError? error))
        {
            return MethodReply.Fail(error);
        }

        IReadOnlyList<UsageRow> days = runtime.Sessions.Usage(query with { By = UsageGrouping.Day });
        UsageRow? total = runtime.Sessions.Usage(query) is [{ } sum, ..] ? sum : null;
        return MethodReply.Object(json =>
        {
            json.WriteNumber("updatedAt"u8, NowMs);
            json.WriteNumber("days"u8, query.To!.Value.DayNumber - query.From!.Value.DayNumber + 1);
            json.WriteStartArray("daily"u8);
            foreach (UsageRow day in days.Reverse())
            {
                json.WriteStartObject();
                json.WriteString("date"u8, Iso(day.Day!.Value));
                UsageJson.WriteSums(json, day);
                json.WriteEndObject();
            }

            if (days.Count == 0)
            {
                // A period without usage is one row of noughts, as there: pages draw their axis from it.
                json.WriteStartObject();
                json.WriteString("date"u8, Iso(query.To!.Value));
                UsageJson.WriteSums(json, null);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            UsageJson.WriteTotals(json, "totals", total);
            json.WriteStartObject("cacheStatus"u8);
            json.WriteString("status"u8, "fresh"u8); // sums are read from the ledger: there is no cache
            foreach (string files in (ReadOnlySpan<string>)["cachedFiles", "pendingFiles", "staleFiles"])
            {
                json.WriteNumber(files, 0);
            }

            json.WriteEndObject();
        });
    }

    // Subscription windows belong to cloud plans; there is no such provider here.
    private void WriteStatus(Utf8JsonWriter json)
    {
        json.WriteNumber("updatedAt"u8, NowMs);
        json.WriteStartArray("providers"u8);
        json.WriteEndArray();
    }

    private MethodReply Sessions(MethodCall call)
    {
        if (!TryReadRange(call, out UsageQuery? query, out GatewayError? error))
        {
            return MethodReply.Fail(error);
        }

        if (call.Text("key") is not null)
        {
            if (!SessionTarget.TryRead(call, "key", runtime.Agents(), out SessionKey key, out error))
            {
                return MethodReply.Fail(error);
            }

            query = query with { Key = key };
        }
        else if (call.Text("agentId") is { } agentId)
        {
            query = query with { AgentId = agentId };
        }

        int limit = (int)(call.Number("limit") ?? 50);
        IReadOnlyList<UsageRow> rows = runtime.Sessions.Usage(query with { By = UsageGrouping.Session | UsageGrouping.Agent, Limit = limit });
        UsageRow? total = runtime.Sessions.Usage(query) is [{ } sum, ..] ? sum : null;
        return MethodReply.Object(json =>
        {
            json.WriteNumber("updatedAt"u8, NowMs);
            json.WriteString("startDate"u8, Iso(query.From!.Value));
            json.WriteString("endDate"u8, Iso(query.To!.Value));
            json.WriteStartArray("sessions"u8);
            foreach (UsageRow row in rows)
            {
                WriteSession(json, row);
            }

            json.WriteEndArray();
            UsageJson.WriteTotals(json, "totals", total);
            WriteAggregates(json, query);
        });
    }

    private void WriteSession(Utf8JsonWriter json, UsageRow usage)
    {
        SessionRow? row = SessionKey.TryParse(usage.SessionKey!, usage.AgentId ?? "main", out SessionKey key)
            ? runtime.Sessions.Find(key)
            : null; // usage outlives its session
        json.WriteStartObject();
        json.WriteString("key"u8, usage.SessionKey);
        if (row is not null)
        {
            json.WriteString("sessionId"u8, row.SessionId);
            json.WriteNumber("updatedAt"u8, row.UpdatedAtMs);
        }

        json.WriteString("agentId"u8, usage.AgentId);
        UsageJson.WriteTotals(json, "usage", usage);
        json.WriteEndObject();
    }

    // Messages and tools are not counted by the store: their objects are there, and empty.
    private void WriteAggregates(Utf8JsonWriter json, UsageQuery query)
    {
        json.WriteStartObject("aggregates"u8);
        json.WriteStartObject("messages"u8);
        json.WriteEndObject();
        json.WriteStartObject("tools"u8);
        json.WriteEndObject();
        WriteGroups(json, "byModel", query with { By = UsageGrouping.Provider | UsageGrouping.Model });
        WriteGroups(json, "byProvider", query with { By = UsageGrouping.Provider });
        WriteGroups(json, "byAgent", query with { By = UsageGrouping.Agent });
        json.WriteStartArray("daily"u8);
        foreach (UsageRow day in runtime.Sessions.Usage(query with { By = UsageGrouping.Day }).Reverse())
        {
            json.WriteStartObject();
            json.WriteString("date"u8, Iso(day.Day!.Value));
            json.WriteNumber("tokens"u8, day.Tokens.TotalTokens);
            json.WriteNumber("cost"u8, day.Tokens.Cost?.Total ?? 0);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void WriteGroups(Utf8JsonWriter json, string name, UsageQuery query)
    {
        json.WriteStartArray(name);
        foreach (UsageRow row in runtime.Sessions.Usage(query))
        {
            json.WriteStartObject();
            foreach ((string member, string? value) in (ReadOnlySpan<(string, string?)>)
                [("provider", row.Provider), ("model", row.Model), ("agentId", row.AgentId)])
            {
                if (value is not null)
                {
                    json.WriteString(member, value);
                }
            }

            json.WriteNumber("count"u8, row.Runs);
            UsageJson.WriteTotals(json, "totals", row);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private long NowMs => runtime.Time.GetUtcNow().ToUnixTimeMilliseconds();

    private bool TryReadRange(
        MethodCall call,
        [NotNullWhen(true)] out UsageQuery? query,
        [NotNullWhen(false)] out GatewayError? error)
    {
        DateOnly today = DateOnly.FromDateTime(runtime.Time.GetUtcNow().UtcDateTime);
        query = null;
        error = null;
        if (!TryReadDay(call, "endDate", today, out DateOnly to)
            || !TryReadDay(call, "startDate", to.AddDays(1 - (int)(call.Number("days") ?? DefaultDays)), out DateOnly from))
        {
            error = GatewayError.Invalid($"invalid {call.Method} params: startDate and endDate must be days such as {Iso(today)}");
            return false;
        }

        query = new UsageQuery { From = from, To = to, Limit = MaxRows };
        return true;
    }

    private static bool TryReadDay(MethodCall call, string name, DateOnly otherwise, out DateOnly day)
    {
        day = otherwise;
        return call.Text(name) is not { } text
            || DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out day);
    }

    private static string Iso(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
