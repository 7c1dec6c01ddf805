using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Security;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary><c>usage.cost</c>, <c>usage.status</c>, <c>sessions.usage</c>: sums of what the store has counted.</summary>
internal sealed class UsageMethods(GatewayRuntime runtime)
{
    private const string UnknownCreator = "[\"unknown\"]"; // as there: one owner, so nobody is told apart

    /// <summary>The methods.</summary>
    public IEnumerable<MethodEntry> Entries() =>
    [
        MethodEntry.Of("usage.cost", OperatorScopes.Read, "days:int(1..36600) startDate:str endDate:str modelTime:bool …", Cost),
        MethodEntry.Of("usage.status", OperatorScopes.Read, "", _ => MethodReply.Object(WriteStatus)),
        MethodEntry.Of("sessions.usage", OperatorScopes.Read,
            "key:str1(512) agentId:str? agentScope:=all creatorKey:str1 days:int(1..36600) startDate:str endDate:str mode:=utc|gateway|specific " +
            "range:=7d|30d|90d|1y|all groupBy:=instance|family includeHistorical:bool utcOffset:str timeZone:str1 limit:int(1..) " +
            "includeContextWeight:bool …", Sessions),
    ];

    private MethodReply Cost(MethodCall call)
    {
        if (!UsageRange.TryRead(call, runtime.Time, out UsageRange? range, out GatewayError? error)
            || !TryReadAgent(call, out string? agentId, out error))
        {
            return MethodReply.Fail(error);
        }

        var all = new UsageSums();
        SortedDictionary<string, UsageSums> days = new(StringComparer.Ordinal);
        foreach (SessionUsage session in runtime.Sessions.UsageOf(null, agentId, range.FromMs, range.ToMs, range.Zone, counted: false, timed: call.Flag("modelTime")))
        {
            all.Add(session.All.Sums);
            foreach (KeyValuePair<string, UsageSpan> day in session.Days)
            {
                SumOf(days, day.Key).Add(day.Value.Sums);
            }
        }

        bool isEmpty = days.Count == 0;
        if (isEmpty)
        {
            days[UsageRange.Iso(range.To)] = new UsageSums(); // pages draw their axis from it
        }

        return MethodReply.Object(json =>
        {
            json.WriteNumber("updatedAt"u8, NowMs);
            json.WriteNumber("days"u8, range.To.DayNumber - range.From.DayNumber + 1);
            WriteDaily(json, "daily", days);
            UsageJson.WriteTotals(json, "totals", all);
            WriteCacheStatus(json, isEmpty);
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
        SessionKey? only = null;
        string? agentId = null;
        if (!UsageRange.TryRead(call, runtime.Time, out UsageRange? range, out GatewayError? error))
        {
            return MethodReply.Fail(error);
        }

        if (call.Text("key") is not null)
        {
            if (call.Text("agentScope") is not null)
            {
                return MethodReply.Invalid("agentScope=all cannot be combined with key or agentId");
            }

            if (!SessionTarget.TryRead(call, "key", runtime.Agents(), out SessionKey key, out error))
            {
                return MethodReply.Fail(error);
            }

            only = key;
        }
        else if (!TryReadAgent(call, out agentId, out error))
        {
            return MethodReply.Fail(error);
        }

        bool wanted = call.Text("creatorKey") is null or UnknownCreator;
        Dictionary<string, SessionUsage> used = new(StringComparer.Ordinal);
        foreach (SessionUsage session in wanted ? runtime.Sessions.UsageOf(only, agentId, range.FromMs, range.ToMs, range.Zone, counted: true, timed: call.Flag("modelTime")) : [])
        {
            used[session.Key] = session;
        }

        List<SessionRow> rows = wanted ? RowsOf(only, agentId, range) : [];
        int limit = (int)Math.Min(call.Number("limit") ?? 50, SessionQuery.MaxLimit);
        return MethodReply.Object(json => Write(json, range, rows, used, limit));
    }

    // What changed in the days, the newest first.
    private List<SessionRow> RowsOf(SessionKey? only, string? agentId, UsageRange range)
    {
        List<SessionRow> rows = [];
        if (only is { } key)
        {
            if (runtime.Sessions.Find(key) is { } row)
            {
                rows.Add(row);
            }

            return rows;
        }

        SessionPage page = runtime.Sessions.List(new SessionQuery { AgentId = agentId, Archived = null, Limit = SessionQuery.MaxLimit });
        foreach (SessionRow row in page.Rows)
        {
            if (row.UpdatedAtMs >= range.FromMs)
            {
                rows.Add(row);
            }
        }

        return rows;
    }

    private void Write(Utf8JsonWriter json, UsageRange range, List<SessionRow> rows, Dictionary<string, SessionUsage> used, int limit)
    {
        json.WriteNumber("updatedAt"u8, NowMs);
        json.WriteString("startDate"u8, UsageRange.Iso(range.From));
        json.WriteString("endDate"u8, UsageRange.Iso(range.To));
        json.WriteStartArray("sessions"u8);
        int written = 0;
        HashSet<string> there = new(StringComparer.Ordinal);
        foreach (SessionRow row in rows)
        {
            there.Add(row.Key.Text);
            if (written++ < limit)
            {
                WriteSession(json, row.Key.Text, row.Key.AgentId, row, used.GetValueOrDefault(row.Key.Text));
            }
        }

        // What was used outlives its session, so that the month's bill stays true.
        foreach (SessionUsage gone in used.Values)
        {
            if (!there.Contains(gone.Key) && written++ < limit)
            {
                WriteSession(json, gone.Key, gone.AgentId, null, gone);
            }
        }

        json.WriteEndArray();
        new UsageAggregates(used.Values).Write(json, UnknownCreator);
        json.WriteStartArray("creatorOptions"u8);
        if (written > 0)
        {
            json.WriteStartObject();
            json.WriteString("key"u8, UnknownCreator);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteCacheStatus(json, written == 0);
    }

    private void WriteSession(Utf8JsonWriter json, string key, string agentId, SessionRow? row, SessionUsage? usage)
    {
        json.WriteStartObject();
        json.WriteString("key"u8, key);
        if (row is not null)
        {
            PairingJson.WriteOptional(json, "label", row.Label);
            json.WriteString("sessionId"u8, row.SessionId);
            json.WriteNumber("updatedAt"u8, row.UpdatedAtMs);
            PairingJson.WriteOptional(json, "modelProvider", row.ModelProvider);
            PairingJson.WriteOptional(json, "model", row.Model);
        }

        json.WriteString("scope"u8, "instance"u8);
        json.WriteString("agentId"u8, agentId);
        json.WriteString("creatorKey"u8, UnknownCreator);
        json.WriteString("chatType"u8, "direct"u8);
        json.WritePropertyName("usage"u8);
        UsageJson.WriteSession(json, usage ?? new SessionUsage(key, agentId, TimeZoneInfo.Utc), row, runtime.Paths.DatabasePath);

        json.WriteBoolean("hasContextWeight"u8, false);
        json.WriteEndObject();
    }

    /// <summary>Writes a row of sums for each day.</summary>
    public static void WriteDaily(Utf8JsonWriter json, string name, SortedDictionary<string, UsageSums> days)
    {
        json.WriteStartArray(name);
        foreach (KeyValuePair<string, UsageSums> day in days)
        {
            json.WriteStartObject();
            json.WriteString("date"u8, day.Key);
            UsageJson.WriteSums(json, day.Value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>The sums under a name, made if they are missing.</summary>
    public static UsageSums SumOf(SortedDictionary<string, UsageSums> sums, string name)
    {
        if (!sums.TryGetValue(name, out UsageSums? sum))
        {
            sum = sums[name] = new UsageSums();
        }

        return sum;
    }

    // Sums are read from the ledger: there is no cache that could be behind.
    private void WriteCacheStatus(Utf8JsonWriter json, bool isEmpty)
    {
        json.WriteStartObject("cacheStatus"u8);
        json.WriteString("status"u8, "fresh"u8);
        json.WriteNumber("cachedFiles"u8, 0);
        json.WriteNumber("pendingFiles"u8, 0);
        json.WriteNumber("staleFiles"u8, 0);
        if (!isEmpty)
        {
            json.WriteNumber("refreshedAt"u8, NowMs); // sums are read when they are asked for
        }

        json.WriteEndObject();
    }

    private long NowMs => runtime.Time.GetUtcNow().ToUnixTimeMilliseconds();

    // Who names nobody means the default agent, as there.
    private bool TryReadAgent(MethodCall call, out string? agentId, [NotNullWhen(false)] out GatewayError? error)
    {
        agentId = call.Text("agentId") is { Length: > 0 } named ? named : null;
        error = null;
        if (call.Text("agentScope") == "all")
        {
            error = agentId is null ? null : GatewayError.Invalid(
                call.Method == "usage.cost" ? "agentScope=all cannot be combined with agentId" : "agentScope=all cannot be combined with key or agentId");
            return error is null;
        }

        agentId ??= runtime.AgentsOf(call).Default.Id;
        return true;
    }
}
