using System.Globalization;

namespace OpenClaw.Edge.Configuration;

/// <summary>Rules between keys, which no single row of the table can hold.</summary>
internal static class ConfigRules
{
    private const string GenerateFix = "Remove it to have one generated, or run: openssl rand -hex 32.";

    public static void Check(ConfigNode root, ProblemList problems)
    {
        CheckBind(root, problems);
        CheckSecrets(root, problems);
        CheckTls(root, problems);
        CheckAgents(root, problems);
        CheckBindings(root, problems);
        CheckModels(root, problems);
        CheckOrigins(root, problems);
        McpRules.Check(root, problems);
        CheckLengths(root, problems);
        CheckHours(root.Find("agents.defaults.heartbeat.activeHours"), "agents.defaults.heartbeat.activeHours", problems);
        if (root.Find("hooks.enabled")?.Kind == ConfigNodeKind.True && string.IsNullOrWhiteSpace(root.Find("hooks.token")?.Text))
        {
            Refuse(root, "hooks.enabled", root.Find("hooks.enabled")!, problems, "Webhooks need hooks.token; they stay off without it.",
                "Set hooks.token to a secret of their own.");
        }

        if (root.Find("hooks.token") is { IsText: true, Text.Length: > 0 } hookToken
            && (root.Find("gateway.auth.token")?.Text == hookToken.Text || root.Find("gateway.auth.password")?.Text == hookToken.Text))
        {
            problems.Add("hooks.token", hookToken, ProblemSeverity.Warning,
                "hooks.token is the gateway's own secret: whoever may send a webhook may then do everything.", "Give webhooks a secret of their own.");
        }

        if (root.Find("hooks.path")?.Text.Trim('/') is "")
        {
            problems.Add("hooks.path", root.Find("hooks.path")!, ProblemSeverity.Fatal, "Webhooks cannot have the path /.", "Use a path of their own, /hooks for one.");
        }
    }

    private static void CheckBind(ConfigNode root, ProblemList problems)
    {
        ConfigNode? bind = root.Find("gateway.bind");
        if (bind?.Text == "custom" && string.IsNullOrWhiteSpace(root.Find("gateway.customBindHost")?.Text))
        {
            problems.Add("gateway.bind", bind, ProblemSeverity.Fatal, "Bind custom needs gateway.customBindHost.",
                "Set gateway.customBindHost to the address to listen on, or bind to lan or loopback.");
        }
    }

    private static void CheckSecrets(ConfigNode root, ProblemList problems)
    {
        foreach ((string path, bool password) in ((string, bool)[])[("gateway.auth.token", false), ("gateway.auth.password", true), ("hooks.token", false)])
        {
            if (root.Find(path) is { IsText: true } secret && secret.Text.Length > 0 && TokenStrength.WeaknessOf(secret.Text, password) is string why)
            {
                problems.Add(path, secret, ProblemSeverity.Warning,
                    $"The secret is weak: {why}. The gateway refuses to listen beyond this machine with it.", GenerateFix);
            }
        }
        if (root.Find("gateway.auth.mode") is { Text: "trusted-proxy" } mode
            && (root.Find("gateway.auth.trustedProxy.userHeader") is null || root.Find("gateway.trustedProxies") is not { Items.Count: > 0 }))
        {
            problems.Add("gateway.auth.mode", mode, ProblemSeverity.Fatal,
                "Mode trusted-proxy needs gateway.auth.trustedProxy.userHeader and gateway.trustedProxies.",
                "Name the header that carries the user and the proxy's address.");
        }
    }

    private static void CheckTls(ConfigNode root, ProblemList problems)
    {
        ConfigNode? cert = root.Find("gateway.tls.certPath");
        ConfigNode? key = root.Find("gateway.tls.keyPath");
        if (root.Find("gateway.tls.enabled")?.Kind == ConfigNodeKind.True && (cert is null) != (key is null))
        {
            problems.Add("gateway.tls", cert ?? key!, ProblemSeverity.Fatal, "certPath and keyPath belong together; one is missing.",
                "Give both, or none to have a certificate made.");
        }
    }

    private static void CheckAgents(ConfigNode root, ProblemList problems)
    {
        if (root.Find("agents.list") is not { Kind: ConfigNodeKind.List } list)
        {
            return;
        }
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        bool hasDefault = false;
        for (int i = list.Items.Count - 1; i >= 0; i--)
        {
            ConfigNode agent = list.Items[i];
            string path = ConfigPath.Append("agents.list", i);
            string id = agent.Find("id")?.Text ?? "";
            if (!IsAgentId(id))
            {
                problems.Add(path + ".id", agent.Find("id") ?? agent, ProblemSeverity.Error,
                    id.Length == 0 ? "The agent has no id and is left out." : $"\"{id}\" cannot be an agent's id; the agent is left out.",
                    "Use 1-64 letters, digits, - and _, starting with a letter or digit.");
                list.Items.RemoveAt(i);
            }
        }
        foreach (ConfigNode agent in list.Items.ToArray())
        {
            if (!seen.Add(agent.Find("id")!.Text))
            {
                problems.Add("agents.list", agent, ProblemSeverity.Error, $"The agent {agent.Find("id")!.Text} stands twice; the first one counts.",
                    "Remove one or give it another id.");
                list.Items.Remove(agent);
            }
            else if (agent.Find("default")?.Kind == ConfigNodeKind.True && hasDefault)
            {
                problems.Add("agents.list", agent, ProblemSeverity.Warning, "Two agents are the default; the first one counts.",
                    "Keep default: true at one agent.");
            }
            hasDefault |= agent.Find("default")?.Kind == ConfigNodeKind.True;
        }
    }

    private static void CheckBindings(ConfigNode root, ProblemList problems)
    {
        List<ConfigNode> bindings = root.Find("bindings")?.Items ?? [];
        string[] known = root.Find("agents.list") is { Items.Count: > 0 } list ? [.. list.Items.Select(agent => agent.Find("id")!.Text)] : ["main"];
        for (int i = bindings.Count - 1; i >= 0; i--)
        {
            string path = ConfigPath.Append("bindings", i);
            string agent = bindings[i].Find("agentId")?.Text.Trim() ?? "";
            (string? message, string fix) = bindings[i].Find("type")?.Text == "acp"
                    ? ("The binding is one of ACP, which is not here; it has no effect.", "Remove it.")
                : string.IsNullOrWhiteSpace(bindings[i].Find("match.channel")?.Text)
                    ? ("The binding has no match.channel and is left out.", "Name the channel, such as webchat, cli, http or hook.")
                : !known.Contains(agent, StringComparer.OrdinalIgnoreCase)
                    ? ($"There is no agent \"{agent}\"; the binding is left out.", $"Use one of agents.list: {string.Join(", ", known)}.")
                : (null, "");
            if (message is not null)
            {
                problems.Add(path, bindings[i], ProblemSeverity.Error, message, fix);
                bindings.RemoveAt(i);
            }
        }
    }

    private static void CheckModels(ConfigNode root, ProblemList problems)
    {
        foreach ((string id, ConfigNode provider) in root.Find("models.providers")?.Members ?? [])
        {
            string path = ConfigPath.Append("models.providers", id);
            if (provider.Find("baseUrl") is { IsText: true } url
                && (!Uri.TryCreate(url.Text, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("http" or "https")))
            {
                Refuse(provider, "baseUrl", url, problems, $"\"{url.Text}\" is not an http or https address.",
                    "Write one such as http://127.0.0.1:11434.", path + ".baseUrl");
            }
            if (provider.Find("models") is { Kind: ConfigNodeKind.List } models)
            {
                for (int i = models.Items.Count - 1; i >= 0; i--)
                {
                    if (string.IsNullOrWhiteSpace(models.Items[i].Find("id")?.Text))
                    {
                        problems.Add($"{path}.models[{i}]", models.Items[i], ProblemSeverity.Error, "The model has no id and is left out.",
                            "Give it the id by which the server knows it.");
                        models.Items.RemoveAt(i);
                    }
                }
            }
        }
    }

    private static void CheckOrigins(ConfigNode root, ProblemList problems)
    {
        foreach (ConfigNode origin in root.Find("gateway.controlUi.allowedOrigins")?.Items ?? [])
        {
            bool usable = origin.Text == "*" || (Uri.TryCreate(origin.Text, UriKind.Absolute, out Uri? uri) && uri.AbsolutePath == "/");
            if (!usable || origin.Text == "*")
            {
                problems.Add("gateway.controlUi.allowedOrigins", origin, ProblemSeverity.Warning,
                    usable ? "\"*\" lets any web page talk to the gateway from a browser that knows it."
                        : $"\"{origin.Text}\" is not an origin and matches nothing.",
                    "Write scheme, host and port only, such as http://192.168.1.10:18789.");
            }
        }
    }

    private static void CheckLengths(ConfigNode root, ProblemList problems)
    {
        ConfigNode? maintenance = root.Find("session.maintenance");
        foreach (string key in (ReadOnlySpan<string>)["pruneAfter", "archiveDashboardAfter", "preserveRecent", "resetArchiveRetention"])
        {
            CheckLength(maintenance, key, "session.maintenance.", problems);
        }

        CheckLength(root.Find("cron"), "sessionRetention", "cron.", problems);
        foreach (string key in (ReadOnlySpan<string>)["maxDiskBytes", "highWaterBytes"])
        {
            if (maintenance?.Find(key) is { } size && !ConfigBinder.TryReadSize(size, out _))
            {
                Refuse(maintenance, key, size, problems, $"{ConfigValues.Quote(size)} is not a size. The default stands in.",
                    "Write \"500mb\", \"10gb\", a number of bytes, or false for no limit.", "session.maintenance." + key);
            }
        }
    }

    private static void CheckLength(ConfigNode? parent, string key, string at, ProblemList problems)
    {
        if (parent?.Find(key) is { } length && !ConfigBinder.TryReadDays(length, out _))
        {
            Refuse(parent, key, length, problems, $"{ConfigValues.Quote(length)} is not a length of time. The default stands in.",
                "Write \"30d\", \"12h\", a number of days, or false for never.", at + key);
        }
    }

    private static void CheckHours(ConfigNode? hours, string path, ProblemList problems)
    {
        foreach (string key in (ReadOnlySpan<string>)["start", "end"])
        {
            if (hours?.Find(key) is { IsText: true } time && time.Text != "24:00"
                && !TimeOnly.TryParseExact(time.Text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
            {
                Refuse(hours, key, time, problems, $"\"{time.Text}\" is not a time of day.", "Write HH:MM, such as \"08:00\".", $"{path}.{key}");
            }
        }
    }

    private static bool IsAgentId(string id) =>
        id.Length is > 0 and <= 64 && char.IsAsciiLetterOrDigit(id[0]) && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    private static void Refuse(
        ConfigNode parent, string key, ConfigNode node, ProblemList problems, string message, string fix, string? path = null)
    {
        problems.Add(path ?? key, node, ProblemSeverity.Error, message, fix);
        parent.Take(key);
    }
}
