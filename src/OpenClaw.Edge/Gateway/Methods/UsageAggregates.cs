using System.Text.Json;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary>What the sessions of an answer add up to.</summary>
internal sealed class UsageAggregates
{
    private readonly UsageSpan _all = new();
    private readonly SortedDictionary<string, long> _tools = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, UsageSums> _providers = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, UsageSums> _agents = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, UsageSums> _costs = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, UsageSpan> _days = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, int> _activity = new(StringComparer.Ordinal);
    private int _sessions;
    private long _longestMs;

    /// <summary>Adds them up.</summary>
    public UsageAggregates(IReadOnlyCollection<SessionUsage> sessions)
    {
        foreach (SessionUsage session in sessions)
        {
            Add(session);
        }
    }

    /// <summary>Writes <c>totals</c> and <c>aggregates</c>.</summary>
    public void Write(Utf8JsonWriter json, string creator)
    {
        UsageJson.WriteTotals(json, "totals", _all.Sums);
        json.WriteStartObject("aggregates"u8);
        json.WriteNumber("sessionCount"u8, _sessions);
        if (_longestMs > 0)
        {
            json.WriteNumber("longestSessionDurationMs"u8, _longestMs);
        }

        json.WriteStartObject("messages"u8);
        UsageJson.WriteCounts(json, _all.Counts);
        json.WriteEndObject();
        UsageJson.WriteTools(json, "tools", _tools);
        UsageJson.WriteModels(json, "byModel", _all.Models, named: true);
        UsageJson.WriteModels(json, "byProvider", _providers, named: false);
        json.WriteStartArray("byAgent"u8);
        foreach (KeyValuePair<string, UsageSums> agent in _agents.OrderByDescending(agent => agent.Value.Tokens.Cost.Total))
        {
            json.WriteStartObject();
            json.WriteString("agentId"u8, agent.Key);
            UsageJson.WriteTotals(json, "totals", agent.Value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("byChannel"u8); // there are no messengers
        json.WriteEndArray();
        WriteCreators(json, creator);
        UsageMethods.WriteDaily(json, "costDaily", _costs);
        if (_all.Waits.Count > 0)
        {
            json.WriteStartObject("latency"u8);
            UsageJson.WriteLatency(json, _all.Waits);
            json.WriteEndObject();
        }

        UsageJson.WriteDailyLatency(json, _days);
        UsageJson.WriteDailyModels(json, "modelDaily", _days);
        WriteDays(json);
        json.WriteEndObject();
    }

    private void Add(SessionUsage session)
    {
        _all.Add(session.All);
        _sessions += session.LastMs > 0 ? 1 : 0;
        _longestMs = Math.Max(_longestMs, session.LastMs - session.FirstMs);
        UsageMethods.SumOf(_agents, session.AgentId).Add(session.All.Sums);
        if (session.LastMs > 0)
        {
            string days = string.Join(' ', session.Days.Keys);
            _activity[days] = _activity.GetValueOrDefault(days) + 1;
        }

        foreach (KeyValuePair<string, long> tool in session.Tools)
        {
            _tools[tool.Key] = _tools.GetValueOrDefault(tool.Key) + tool.Value;
        }

        foreach (KeyValuePair<string, UsageSums> model in session.All.Models)
        {
            UsageMethods.SumOf(_providers, model.Key.Split('/')[0]).Add(model.Value);
        }

        foreach (KeyValuePair<string, UsageSpan> day in session.Days)
        {
            UsageMethods.SumOf(_costs, day.Key).Add(day.Value.Sums);
            if (!_days.TryGetValue(day.Key, out UsageSpan? span))
            {
                span = _days[day.Key] = new UsageSpan();
            }

            span.Add(day.Value);
        }
    }

    // One owner: everything is of one creator who is not told.
    private void WriteCreators(Utf8JsonWriter json, string creator)
    {
        json.WriteStartArray("byCreator"u8);
        if (_agents.Count > 0)
        {
            json.WriteStartObject();
            json.WriteString("key"u8, creator);
            UsageJson.WriteTotals(json, "totals", _all.Sums);
            json.WriteNumber("sessionCount"u8, _sessions);
            UsageMethods.WriteDaily(json, "daily", _costs);
            json.WriteStartArray("sessionActivity"u8);
            foreach (KeyValuePair<string, int> activity in _activity)
            {
                json.WriteStartObject();
                json.WriteTexts("dates", activity.Key.Split(' '));
                json.WriteNumber("sessionCount"u8, activity.Value);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void WriteDays(Utf8JsonWriter json)
    {
        json.WriteStartArray("daily"u8);
        foreach (KeyValuePair<string, UsageSpan> day in _days)
        {
            json.WriteStartObject();
            json.WriteString("date"u8, day.Key);
            json.WriteNumber("tokens"u8, day.Value.Sums.Tokens.TotalTokens);
            json.WriteNumber("cost"u8, day.Value.Sums.Tokens.Cost.Total);
            json.WriteNumber("messages"u8, day.Value.Counts.Total);
            json.WriteNumber("toolCalls"u8, day.Value.Counts.ToolCalls);
            json.WriteNumber("errors"u8, day.Value.Counts.Errors);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
