namespace OpenClaw.Edge.Configuration;

/// <summary>Old and foreign names and shapes, and what they are called here. Applied before validation, so that every
/// file that some release or tutorial told people to write keeps working.</summary>
internal static class ConfigAliases
{
    /// <summary>Moves: the value of the first path goes to the second. <c>*</c> stands for the same key on both sides, <c>[]</c> for the same item.
    /// A canonical key that is there wins; objects merge.</summary>
    public static IReadOnlyList<(string From, string To)> Moves { get; } =
    [
        ("gateway.token", "gateway.auth.token"),
        ("gateway.password", "gateway.auth.password"),
        ("logging.format", "logging.consoleStyle"),
        ("models.default", "agents.defaults.model.primary"),
        ("models.fallbacks", "agents.defaults.model.fallbacks"),
        ("models.providers.*.baseURL", "models.providers.*.baseUrl"),
        ("models.providers.*.url", "models.providers.*.baseUrl"),
        ("models.providers.*.key", "models.providers.*.apiKey"),
        ("agent", "agents.defaults"),
        ("agents.defaults.memorySearch", "memory.search"),
        ("agents.entries.*.memorySearch", "agents.entries.*.memory.search"),
        ("agents.list[].memorySearch", "agents.list[].memory.search"),
        ("agents.defaults.compaction.reserveTokensFloor", "agents.defaults.compaction.reserveTokens"),
        ("agents.defaults.sandbox.workspace", "agents.defaults.sandbox.workspaceRoot"),
        ("memorySearch", "memory.search"),
        ("tools.bash", "tools.exec"),
        ("tools.exec.timeoutSec", "tools.exec.timeoutSeconds"),
        ("session.idleMinutes", "session.reset.idleMinutes"),
        ("session.resetByType.dm", "session.resetByType.direct"),
        ("session.maintenance.pruneDays", "session.maintenance.pruneAfter"),
        ("discovery.mdns.enabled", "discovery.mdns.mode"),
        ("hooks.entries", "hooks.internal.entries"),
        ("mcpServers", "mcp.servers"), // how other programs write it
        ("mcp.servers.*.type", "mcp.servers.*.transport"),
        ("mcp.servers.*.workingDirectory", "mcp.servers.*.cwd"),
        ("mcp.servers.*.supports_parallel_tool_calls", "mcp.servers.*.supportsParallelToolCalls"),
        ("mcp.servers.*.ssl_verify", "mcp.servers.*.sslVerify"),
        ("mcp.servers.*.client_cert", "mcp.servers.*.clientCert"),
        ("mcp.servers.*.client_key", "mcp.servers.*.clientKey"),
        ("channels.*.dm.policy", "channels.*.dmPolicy"),
        ("channels.*.dm.allowFrom", "channels.*.allowFrom"),
        ("channels.*.streamMode", "channels.*.streaming.mode"),
    ];

    /// <summary>Words that have another name now, by the key that holds them.</summary>
    public static IReadOnlyList<(string Path, string From, string To)> Words { get; } =
    [
        ("gateway.bind", "localhost", "loopback"),
        ("gateway.bind", "all", "lan"),
        ("gateway.reload.mode", "hot", "hybrid"),
        ("gateway.reload.mode", "restart", "hybrid"),
        ("gateway.auth.mode", "off", "none"),
        ("logging.level", "warning", "warn"),
        ("logging.level", "verbose", "debug"),
        ("logging.consoleStyle", "text", "pretty"),
        ("logging.consoleStyle", "plain", "compact"),
        ("messages.queue.mode", "queue", "followup"),
        ("messages.queue.mode", "steer-backlog", "steer"),
        ("messages.queue.mode", "steer+backlog", "steer"),
        ("discovery.mdns.mode", "true", "minimal"),
        ("discovery.mdns.mode", "false", "off"),
        ("agents.defaults.thinkingDefault", "none", "off"),
    ];

    /// <summary>Keys where a plain text stands for an object with one member.</summary>
    public static IReadOnlyList<(string Path, string Member)> ShortForms { get; } =
    [
        ("agents.defaults.model", "primary"),
        ("agents.defaults.imageModel", "primary"),
        ("agents.list[].model", "primary"),
        ("agents.defaults.models.*", "alias"),
        ("models.providers.*.models[]", "id"),
    ];

    /// <summary>Brings a tree to canonical names and shapes, in place, and notes every change.</summary>
    public static void Apply(ConfigNode root, ProblemList problems)
    {
        foreach ((string from, string to) in Moves)
        {
            Move(root, from, to, problems);
        }
        ConfigShapes.Apply(root, problems);
        foreach ((string path, string from, string to) in Words)
        {
            if (root.Find(path) is ConfigNode node && WordOf(node).Equals(from, StringComparison.OrdinalIgnoreCase))
            {
                problems.Add(path, node, ProblemSeverity.Info, $"\"{from}\" is called \"{to}\" here.", $"Write \"{to}\".");
                root.Put(path, ConfigNode.NewText(to, node.Source, node.Offset));
            }
        }
        foreach ((string path, string member) in ShortForms)
        {
            Widen(root, path, member);
        }
    }

    private static string WordOf(ConfigNode node) => node.Kind switch
    {
        ConfigNodeKind.Text => node.Text,
        ConfigNodeKind.True => "true",
        ConfigNodeKind.False => "false",
        _ => "",
    };

    private static void Move(ConfigNode root, string from, string to, ProblemList problems)
    {
        int list = from.IndexOf("[].", StringComparison.Ordinal);
        if (list > 0)
        {
            List<ConfigNode> items = root.Find(from[..list])?.Items ?? [];
            for (int i = 0; i < items.Count; i++)
            {
                MoveOne(items[i], from[(list + 3)..], to[(list + 3)..], $"{from[..list]}[{i}]", problems);
            }
            return;
        }
        int star = from.IndexOf('*', StringComparison.Ordinal);
        if (star < 0)
        {
            MoveOne(root, from, to, "", problems);
            return;
        }
        string parent = from[..(star - 1)];
        int end = star + 2;
        foreach ((string key, ConfigNode child) in root.Find(parent)?.Members ?? [])
        {
            MoveOne(child, from[end..], to[end..], ConfigPath.Append(parent, key), problems);
        }
    }

    private static void MoveOne(ConfigNode root, string from, string to, string parent, ProblemList problems)
    {
        if (root.Find(from) is not ConfigNode value)
        {
            return;
        }
        root.Take(from);
        string prefix = parent.Length == 0 ? "" : parent + ".";
        if (root.Find(to) is ConfigNode own)
        {
            if (own.IsObject && value.IsObject)
            {
                own.FillFrom(value);
            }
            problems.Add(prefix + from, value, ProblemSeverity.Info,
                $"This is an older name of {prefix}{to}, which is there as well and wins.", "Remove it.");
            return;
        }
        if (root.Put(to, value))
        {
            problems.Add(prefix + from, value, ProblemSeverity.Info, $"This is called {prefix}{to} here.", "Either name works.");
        }
        else
        {
            problems.Add(prefix + from, value, ProblemSeverity.Error,
                $"This is called {prefix}{to} here, but that place is taken by a value that is no object.", "Write it there.");
        }
    }

    private static void Widen(ConfigNode node, string path, string member)
    {
        int stop = path.IndexOfAny(['*', '[']);
        if (stop < 0)
        {
            if (node.Find(path) is { IsText: true } text)
            {
                node.Put(path, Wrap(text, member));
            }
            return;
        }
        ConfigNode? parent = node.Find(path[..stop].TrimEnd('.'));
        string rest = path[stop] == '*' ? path[(stop + 1)..].TrimStart('.') : path[(stop + 2)..].TrimStart('.');
        for (int i = 0; path[stop] == '*' && i < parent?.Members.Count; i++)
        {
            ConfigNode child = parent.Members.GetAt(i).Value;
            if (rest.Length > 0)
            {
                Widen(child, rest, member);
            }
            else if (child.IsText)
            {
                parent.Members.SetAt(i, Wrap(child, member));
            }
        }
        for (int i = 0; path[stop] == '[' && i < parent?.Items.Count; i++)
        {
            ConfigNode child = parent.Items[i];
            if (rest.Length > 0)
            {
                Widen(child, rest, member);
            }
            else if (child.IsText)
            {
                parent.Items[i] = Wrap(child, member);
            }
        }
    }

    private static ConfigNode Wrap(ConfigNode text, string member)
    {
        ConfigNode wrapped = ConfigNode.NewObject(text.Source, text.Offset);
        wrapped.Members[member] = text;
        return wrapped;
    }
}
