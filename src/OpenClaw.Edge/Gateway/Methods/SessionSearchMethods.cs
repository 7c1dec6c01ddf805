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
    private const int MaxKeys = 200;
    private const int DefaultLimit = 10;
    private const int Around = 200;

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
        found.Sort((left, right) => right.Score != left.Score ? right.Score.CompareTo(left.Score) : right.Said.AtMs.CompareTo(left.Said.AtMs));
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

        if (call.Params.GetProperty("sessionKeys").GetArrayLength() > MaxKeys)
        {
            return GatewayError.Invalid($"invalid sessions.search params: at /sessionKeys: must not have more than {MaxKeys} items");
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

    private List<Hit> Find(List<string> words, string? agentId, HashSet<string>? keys)
    {
        List<Hit> found = [];
        if (words.Count == 0)
        {
            return found;
        }

        foreach (SaidEntry said in runtime.Sessions.Search(words[0], agentId, MaxScanned))
        {
            if ((keys is null || keys.Contains(said.Key.Text)) && Score(said.Entry.Message.Content.PlainText, words, out int at) is > 0 and double score)
            {
                found.Add(new Hit(said, score, at));
            }
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

    // All words must be there; the more often, in the less text, the better. 0 when one is missing.
    private static double Score(string text, List<string> words, out int first)
    {
        double score = 0;
        first = text.Length;
        foreach (string word in words)
        {
            int times = 0;
            for (int at = 0; (at = text.IndexOf(word, at, StringComparison.OrdinalIgnoreCase)) >= 0; at += word.Length)
            {
                first = times++ == 0 ? Math.Min(first, at) : first;
            }

            if (times == 0)
            {
                return 0;
            }

            score += times / (times + 1.0 + (text.Length / 500.0));
        }

        return score;
    }

    // A row that was found, and where in it the first word stands.
    private sealed class Hit(SaidEntry said, double score, int at)
    {
        public SaidEntry Said { get; } = said;

        public double Score { get; } = score;

        public int At { get; } = at;
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
