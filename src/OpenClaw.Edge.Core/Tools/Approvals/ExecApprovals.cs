using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace OpenClaw.Edge.Tools;

/// <summary>The document <c>exec-approvals.json</c>: this machine's own word on commands. Immutable; members that are not known
/// here are kept. Source: docs/security.md, commands.</summary>
public sealed class ExecApprovals
{
    /// <summary>Key of the entry that holds for all agents.</summary>
    public const string EveryAgent = "*";

    /// <summary>How the argument pattern of a generated entry starts. An older form, <c>sha256:argv:</c>, holds for nothing
    /// any more, there as here.</summary>
    public const string BoundArguments = "sha256:cwd-argv:v1:";

    private const int MaxEntries = 1000;

    private readonly JsonElement _root;

    private ExecApprovals(JsonElement root) => _root = root;

    /// <summary>A document that says nothing.</summary>
    public static ExecApprovals Empty { get; } = new(Parse("""{"version":1,"defaults":{},"agents":{}}"""));

    /// <summary>Reads a document. False with a sentence when it is not one.</summary>
    public static bool TryRead(string json, out ExecApprovals document, out string problem)
    {
        document = Empty;
        try
        {
            JsonElement root = Parse(json);
            problem = root.ValueKind != JsonValueKind.Object ? "it is not an object"
                : root.TryGetProperty("version", out JsonElement version) && (version.ValueKind != JsonValueKind.Number || version.GetDouble() != 1)
                    ? "its version is not 1"
                : Check(root);
            document = problem.Length == 0 ? new ExecApprovals(root) : Empty;
        }
        catch (JsonException cause)
        {
            problem = $"it is not JSON: {cause.Message}";
        }

        return problem.Length == 0;
    }

    /// <summary>What the document makes of a policy for an agent.</summary>
    public ExecPolicy Apply(ExecPolicy policy, string agentId)
    {
        ArgumentNullException.ThrowIfNull(policy);
        JsonElement defaults = Member(_root, "defaults");
        JsonElement all = Member(Member(_root, "agents"), EveryAgent);
        JsonElement own = Member(Member(_root, "agents"), agentId);
        return policy.Tighten(First("security"), First("ask"), First("askFallback"));

        string? First(string name) => Text(own, name) ?? Text(all, name) ?? Text(defaults, name);
    }

    /// <summary>The allowlist of an agent: its own entries, then those of all.</summary>
    public IReadOnlyList<AllowEntry> AllowlistOf(string agentId) =>
    [
        .. Entries(agentId), .. agentId == EveryAgent ? [] : Entries(EveryAgent),
    ];

    /// <summary>The document with a line more, or unchanged when it has the line. A line for the same words that was bound to
    /// files that are gone is replaced.</summary>
    public ExecApprovals With(string agentId, AllowEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        List<AllowEntry> entries = [.. Entries(agentId)];
        if (entries.Exists(known => Same(known) && known.ProgramSha256 == entry.ProgramSha256 && known.ScriptSha256 == entry.ScriptSha256))
        {
            return this;
        }

        entries.RemoveAll(known => known.IsGenerated && Same(known));
        entries.Add(entry);
        return WithList(agentId, entries.Count > MaxEntries ? entries[^MaxEntries..] : entries);

        bool Same(AllowEntry known) => known.Pattern == entry.Pattern && known.ArgPattern == entry.ArgPattern && known.EnvSha256 == entry.EnvSha256;
    }

    /// <summary>The document without the lines of a pattern, or unchanged.</summary>
    public ExecApprovals Without(string agentId, string pattern)
    {
        List<AllowEntry> entries = [.. Entries(agentId)];
        return entries.RemoveAll(entry => entry.Pattern == pattern) > 0 ? WithList(agentId, entries) : this;
    }

    /// <summary>The document with a new time of use.</summary>
    public ExecApprovals Used(string agentId, AllowEntry entry, long nowMs, string path)
    {
        string owner = Entries(agentId).Contains(entry) ? agentId : EveryAgent;
        List<AllowEntry> entries = [.. Entries(owner).Select(known => known == entry ? known with { LastUsedAt = nowMs, LastResolvedPath = path } : known)];
        return WithList(owner, entries);
    }

    /// <summary>Writes the document without the socket's token, as clients see it.</summary>
    /// <param name="json">Where a value may stand.</param>
    /// <param name="socketPath">Where a helper of a desktop would listen, for a document that does not say; null leaves that out.</param>
    public void WriteRedacted(Utf8JsonWriter json, string? socketPath = null)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject();
        bool said = socketPath is null || _root.TryGetProperty("socket", out _);
        foreach (JsonProperty member in _root.EnumerateObject())
        {
            if (member.Name != "socket" || member.Value.ValueKind != JsonValueKind.Object)
            {
                member.WriteTo(json);
                if (!said && member.Name == "version")
                {
                    json.WriteStartObject("socket"u8);
                    json.WriteString("path"u8, socketPath);
                    json.WriteEndObject();
                }

                continue;
            }

            json.WriteStartObject("socket"u8);
            foreach (JsonProperty part in member.Value.EnumerateObject().Where(part => part.Name != "token"))
            {
                part.WriteTo(json);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    /// <summary>The document with the socket of another: what clients see has no token, so that what they send back has none.</summary>
    public ExecApprovals KeepingSocketOf(ExecApprovals other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Member(other._root, "socket") is { ValueKind: JsonValueKind.Object } socket
            ? Rewrite(json =>
            {
                json.WritePropertyName("socket"u8);
                socket.WriteTo(json);
            }, "socket")
            : this;
    }

    /// <summary>The bytes for the file.</summary>
    public byte[] ToBytes()
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream, new JsonWriterOptions { Indented = true }))
        {
            _root.WriteTo(json);
        }

        stream.WriteByte((byte)'\n');
        return stream.ToArray();
    }

    /// <summary>What stands for an exact command in one directory in an entry that an approval makes: the digest of the
    /// directory and the arguments, each with its length in bytes. Source: the original's generated entries.</summary>
    public static string ArgPatternOf(IReadOnlyList<string> words, string directory)
    {
        ArgumentNullException.ThrowIfNull(words);
        StringBuilder subject = new();
        subject.Append(Encoding.UTF8.GetByteCount(directory)).Append('\0').Append(directory).Append('\0').Append(words.Count - 1).Append('\0');
        foreach (string word in words.Skip(1))
        {
            subject.Append(Encoding.UTF8.GetByteCount(word)).Append('\0').Append(word).Append('\0');
        }

        return BoundArguments + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(subject.ToString())));
    }

    private IEnumerable<AllowEntry> Entries(string agentId)
    {
        JsonElement list = Member(Member(Member(_root, "agents"), agentId), "allowlist");
        return list.ValueKind != JsonValueKind.Array ? [] : list.EnumerateArray().Select(AllowEntry.Read).OfType<AllowEntry>();
    }

    private ExecApprovals WithList(string agentId, List<AllowEntry> entries)
    {
        JsonElement agents = Member(_root, "agents");
        return Rewrite(json =>
        {
            json.WriteStartObject("agents"u8);
            bool done = false;
            foreach (JsonProperty agent in agents.ValueKind == JsonValueKind.Object ? agents.EnumerateObject() : default)
            {
                if (agent.Name == agentId)
                {
                    WriteAgent(json, agentId, agent.Value, entries);
                    done = true;
                }
                else
                {
                    agent.WriteTo(json);
                }
            }

            if (!done)
            {
                WriteAgent(json, agentId, default, entries);
            }

            json.WriteEndObject();
        }, "agents");
    }

    private static void WriteAgent(Utf8JsonWriter json, string agentId, JsonElement old, List<AllowEntry> entries)
    {
        json.WriteStartObject(agentId);
        if (old.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty member in old.EnumerateObject().Where(member => member.Name != "allowlist"))
            {
                member.WriteTo(json);
            }
        }

        json.WriteStartArray("allowlist"u8);
        foreach (AllowEntry entry in entries)
        {
            entry.Write(json);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private ExecApprovals Rewrite(Action<Utf8JsonWriter> member, string name) => new(ToolJson.Object(json =>
    {
        foreach (JsonProperty known in _root.EnumerateObject().Where(known => known.Name != name))
        {
            known.WriteTo(json);
        }

        member(json);
    }));

    private static string Check(JsonElement root)
    {
        foreach (string name in (ReadOnlySpan<string>)["defaults", "agents", "socket"])
        {
            if (root.TryGetProperty(name, out JsonElement part) && part.ValueKind != JsonValueKind.Object)
            {
                return $"'{name}' is not an object";
            }
        }

        string problem = CheckWords(Member(root, "defaults"), "defaults");
        foreach (JsonProperty agent in Member(root, "agents") is { ValueKind: JsonValueKind.Object } agents ? agents.EnumerateObject() : default)
        {
            problem = problem.Length > 0 ? problem
                : agent.Value.ValueKind != JsonValueKind.Object ? $"'agents.{agent.Name}' is not an object"
                : agent.Value.TryGetProperty("allowlist", out JsonElement list) && list.ValueKind != JsonValueKind.Array
                    ? $"'agents.{agent.Name}.allowlist' is not a list"
                : CheckWords(agent.Value, $"agents.{agent.Name}");
        }

        return problem;
    }

    private static string CheckWords(JsonElement part, string where)
    {
        foreach ((string name, string[] words) in ((string, string[])[])
            [("security", ["deny", "allowlist", "full"]), ("ask", ["off", "on-miss", "always"]), ("askFallback", ["deny", "allowlist", "full"])])
        {
            if (Member(part, name) is { ValueKind: not JsonValueKind.Undefined } value && !(value.ValueKind == JsonValueKind.String && words.Contains(value.GetString())))
            {
                return $"'{where}.{name}' is not one of {string.Join(", ", words)}";
            }
        }

        return "";
    }

    private static JsonElement Parse(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 32 });
        return document.RootElement.Clone();
    }

    private static JsonElement Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) ? value : default;

    private static string? Text(JsonElement element, string name) =>
        Member(element, name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;
}
