using System.Text.Json;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Security;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary><c>sessions.search</c>: what people and models said, over the rows that the tool <c>sessions_search</c> looks through.</summary>
internal sealed class SessionSearchMethods(GatewayRuntime runtime, SessionEvents sessions)
{
    private const int MaxScanned = 2000; // rows that hold the longest word
    private const int MaxWords = 16;
    private const int DefaultLimit = 10;
    private const int Around = 200;
    private const double LeastRarity = 1e-6; // FTS5's

    /// <summary>The methods.</summary>
    public IEnumerable<MethodEntry> Entries() =>
    [
        MethodEntry.Of("sessions.search", OperatorScopes.Read, "query!:str1(4096) agentId:str1 sessionKeys:strs(1..200) limit:int(1..25) scope:obj", Search),
    ];

    private MethodReply Search(MethodCall call)
    {
        string query = call.Text("query")!.Trim();
        if (query.Length == 0)
        {
            return MethodReply.Invalid("query must not be empty");
        }

        if (ReadWhere(call, out string? agentId, out HashSet<string>? keys) is { } refused)
        {
            return MethodReply.Fail(refused);
        }

        int limit = (int)(call.Number("limit") ?? DefaultLimit);
        List<Hit> found = Find(WordsOf(query), agentId, keys);
        found.Sort(static (left, right) => right.Score != left.Score ? right.Score.CompareTo(left.Score)
            : right.Said.AtMs != left.Said.AtMs ? right.Said.AtMs.CompareTo(left.Said.AtMs)
            : string.CompareOrdinal(left.Said.Entry.Id, right.Said.Entry.Id));
        bool truncated = found.Count > limit;
        if (truncated)
        {
            found.RemoveRange(limit, found.Count - limit);
        }

        return MethodReply.Object(json =>
        {
            json.WriteStartArray("results"u8);
            foreach (Hit hit in found)
            {
                SaidEntry said = hit.Said;
                json.WriteStartObject();
                json.WriteString("sessionKey"u8, said.Key.Text);
                json.WriteString("sessionId"u8, runtime.Sessions.Find(said.Key)?.SessionId);
                json.WriteString("messageId"u8, said.Entry.Id);
                json.WriteString("role"u8, said.Entry.Message.Role);
                json.WriteNumber("timestamp"u8, said.AtMs);
                json.WriteString("snippet"u8, Snippet(said.Entry.Message.Content.PlainText, hit.At));
                json.WriteNumber("score"u8, hit.Score);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            if (call.Has("scope"))
            {
                WriteSessions(json, found);
            }

            if (truncated)
            {
                json.WriteBoolean("truncated"u8, true);
            }
        });
    }

    private GatewayError? ReadWhere(MethodCall call, out string? agentId, out HashSet<string>? keys)
    {
        keys = null;
        agentId = call.Text("agentId");
        AgentCatalog agents = runtime.AgentsOf(call);
        if (call.Has("scope"))
        {
            if (agentId is not null || call.Has("sessionKeys"))
            {
                return GatewayError.Invalid("invalid sessions.search params: must not be valid");
            }

            // Whatever picks rows of sessions.list picks them here.
            keys = new HashSet<string>(StringComparer.Ordinal);
            var scope = new MethodCall(call.Connection, call.Id, call.Method, call.Params.GetProperty("scope"));
            foreach (SessionRow row in runtime.Sessions.List(SessionMethods.QueryOf(scope) with { Limit = SessionQuery.MaxLimit, Offset = 0 }).Rows)
            {
                keys.Add(row.Key.Text);
            }

            return null;
        }

        if (!call.Has("sessionKeys"))
        {
            if (agentId is not null && agents.TryGet(agentId, out _))
            {
                return GatewayError.Invalid("agentId requires sessionKeys");
            }

            agentId ??= agents.Default.Id;
            return null;
        }

        keys = new HashSet<string>(StringComparer.Ordinal);
        foreach (JsonElement item in call.Params.GetProperty("sessionKeys").EnumerateArray())
        {
            if (!SessionTarget.TryParse(item.GetString(), agentId, agents, out SessionKey key, out GatewayError? error))
            {
                return error;
            }

            if (agentId is not null && key.AgentId != agentId)
            {
                return GatewayError.Invalid("sessions.search supports one agent per call");
            }

            agentId = key.AgentId;
            keys.Add(key.Text);
        }

        return null;
    }

    // BM25 as SQLite's FTS5 counts it, which the original asks. Its two sums over all that was ever said are estimated: without an index of
    // words, which would be written with every message, they would be read from the whole card.
    private List<Hit> Find(List<string> words, string? agentId, HashSet<string>? keys)
    {
        List<Hit> found = [];
        if (words.Count == 0)
        {
            return found;
        }

        long characters = 0;
        int rows = 0;
        foreach (SaidEntry said in runtime.Sessions.Search(words[0], agentId, MaxScanned))
        {
            string text = said.Entry.Message.Content.PlainText;
            double[] times = new double[words.Count];
            if (Count(text, words, times, out int at))
            {
                characters += text.Length;
                rows++;
                if (keys is null || keys.Contains(said.Key.Text))
                {
                    found.Add(new Hit(said, times, at));
                }
            }
        }

        double all = Math.Max(runtime.Sessions.CountMessages(agentId), rows);
        double rarity = Math.Max(Math.Log((all - rows + 0.5) / (rows + 0.5)), LeastRarity);
        double usual = Math.Max(1, characters / (double)Math.Max(rows, 1));
        foreach (Hit hit in found)
        {
            hit.Judge(rarity, hit.Said.Entry.Message.Content.PlainText.Length / usual);
        }

        return found;
    }

    private void WriteSessions(Utf8JsonWriter json, List<Hit> found)
    {
        HashSet<string> written = new(StringComparer.Ordinal);
        json.WriteStartArray("sessions"u8);
        foreach (Hit hit in found)
        {
            if (written.Add(hit.Said.Key.Text) && runtime.Sessions.Find(hit.Said.Key) is { } row)
            {
                SessionRowJson.Write(json, sessions.Of(row), SessionRowView.Event);
            }
        }

        json.WriteEndArray();
    }

    // Letters and digits make words, as the original's index has them; the longest first, because fewest rows hold it.
    private static List<string> WordsOf(string query)
    {
        List<string> words = [];
        int start = -1;
        for (int i = 0; i <= query.Length && words.Count < MaxWords; i++)
        {
            if (i < query.Length && (char.IsLetterOrDigit(query[i]) || char.IsSurrogate(query[i])))
            {
                start = start < 0 ? i : start;
            }
            else if (start >= 0)
            {
                words.Add(query[start..i]);
                start = -1;
            }
        }

        words.Sort((left, right) => right.Length.CompareTo(left.Length));
        return words;
    }

    // All words must be there. A word within a longer one counts for half: compounds are words of their own in many languages.
    private static bool Count(string text, List<string> words, double[] times, out int first)
    {
        first = text.Length;
        for (int word = 0; word < words.Count; word++)
        {
            int length = words[word].Length;
            for (int at = 0; (at = text.IndexOf(words[word], at, StringComparison.OrdinalIgnoreCase)) >= 0; at += length)
            {
                bool whole = (at == 0 || !char.IsLetterOrDigit(text[at - 1])) && (at + length == text.Length || !char.IsLetterOrDigit(text[at + length]));
                first = times[word] == 0 ? Math.Min(first, at) : first;
                times[word] += whole ? 1 : 0.5;
            }

            if (times[word] == 0)
            {
                return false;
            }
        }

        return true;
    }

    // A row that was found, how often each word stands in it, and where the first one does.
    private sealed class Hit(SaidEntry said, double[] times, int at)
    {
        public SaidEntry Said { get; } = said;

        public double Score { get; private set; }

        public int At { get; } = at;

        public void Judge(double rarity, double length)
        {
            foreach (double often in times)
            {
                Score += rarity * often * (1.2 + 1) / (often + (1.2 * (1 - 0.75 + (0.75 * length))));
            }
        }
    }

    private static string Snippet(string text, int at)
    {
        int from = Math.Max(0, at - Around);
        int to = Math.Min(text.Length, at + Around);
        from += from > 0 && char.IsLowSurrogate(text[from]) ? 1 : 0;
        to -= to < text.Length && char.IsHighSurrogate(text[to - 1]) ? 1 : 0;
        return $"{(from > 0 ? " … " : "")}{text[from..to]}{(to < text.Length ? " … " : "")}";
    }
}
