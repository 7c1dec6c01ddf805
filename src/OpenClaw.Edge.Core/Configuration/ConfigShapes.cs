using System.Globalization;
using System.Net;

namespace OpenClaw.Edge.Configuration;

/// <summary>Changes of shape that are more than another name.</summary>
internal static class ConfigShapes
{
    private static readonly string[] EnvSections = ["vars", "shellEnv"];

    public static void Apply(ConfigNode root, ProblemList problems)
    {
        ListAgents(root, problems);
        SplitBind(root, problems);
        SplitFallbacks(root.Find("agents.defaults"));
        foreach ((string id, ConfigNode channel) in root.Find("channels")?.Members ?? [])
        {
            FlattenChannel(ConfigPath.Append("channels", id), channel, problems);
        }
        if (root.Find("session.reset") is { IsObject: true } reset && reset.Find("mode") is null && reset.Find("idleMinutes") is ConfigNode idle)
        {
            reset.Put("mode", ConfigNode.NewText("idle", idle.Source, idle.Offset));
        }
        if (root.Find("agents.defaults.sandbox") is { IsObject: true } sandbox && sandbox.Take("perSession") is ConfigNode perSession
            && sandbox.Find("scope") is null)
        {
            string scope = perSession.Kind == ConfigNodeKind.False ? "shared" : "session";
            sandbox.Put("scope", ConfigNode.NewText(scope, perSession.Source, perSession.Offset));
        }
    }

    /// <summary>Reads <c>host:port</c>. Known hosts become modes. False when the text is a mode or neither.</summary>
    public static bool TrySplitBind(string text, out string mode, out string? host, out int? port)
    {
        mode = "custom";
        port = null;
        host = text.Trim();
        int colon = host.LastIndexOf(':');
        bool bracketed = host.StartsWith('[');
        bool plainV6 = !bracketed && host.Count(':') > 1;
        if (colon >= 0 && !plainV6 && !(bracketed && host.EndsWith(']')))
        {
            if (!int.TryParse(host.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
                || number is < 1 or > 65535)
            {
                return false;
            }
            port = number;
            host = host[..colon];
        }
        host = bracketed ? host.Trim('[', ']') : host;
        bool address = IPAddress.TryParse(host, out IPAddress? ip) && (host.Contains('.', StringComparison.Ordinal) || host.Contains(':', StringComparison.Ordinal));
        if (!address && port is null)
        {
            return false;
        }
        if (host is "" or "*" || (address && (ip!.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any))))
        {
            (mode, host) = ("lan", null);
        }
        else if (host is "loopback" or "lan" or "tailnet" or "auto" || host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
        {
            (mode, host) = (host is "lan" or "tailnet" or "auto" ? host : "loopback", null);
        }
        else if (address && (ip!.Equals(IPAddress.Loopback) || ip.Equals(IPAddress.IPv6Loopback)))
        {
            (mode, host) = ("loopback", null);
        }
        return true;
    }

    private static void SplitBind(ConfigNode root, ProblemList problems)
    {
        if (root.Find("gateway.bind") is not { IsText: true } bind || !TrySplitBind(bind.Text, out string mode, out string? host, out int? port))
        {
            return;
        }
        root.Put("gateway.bind", ConfigNode.NewText(mode, bind.Source, bind.Offset));
        if (host is not null)
        {
            root.Put("gateway.customBindHost", ConfigNode.NewText(host, bind.Source, bind.Offset));
        }
        string digits = port?.ToString(CultureInfo.InvariantCulture) ?? "";
        ConfigNode? own = root.Find("gateway.port");
        if (port is not null && own is null)
        {
            root.Put("gateway.port", ConfigNode.NewNumber(digits, bind.Source, bind.Offset));
        }
        else if (port is not null && own!.Text != digits)
        {
            problems.Add("gateway.bind", bind, ProblemSeverity.Warning,
                $"The port {digits} in it differs from gateway.port {own.Text}, which wins.", "Write the port in one place.");
        }
        problems.Add("gateway.bind", bind, ProblemSeverity.Info,
            $"\"{bind.Text}\" is read as bind \"{mode}\"{(host is null ? "" : $" with customBindHost \"{host}\"")}.",
            $"Write bind: \"{mode}\".");
    }

    private static void ListAgents(ConfigNode root, ProblemList problems)
    {
        if (root.Find("agents.entries") is not { IsObject: true } entries)
        {
            return;
        }
        root.Take("agents.entries");
        ConfigNode list = root.Find("agents.list") is { Kind: ConfigNodeKind.List } own ? own : ConfigNode.NewList(entries.Source, entries.Offset);
        HashSet<string> known = [.. list.Items.Select(item => item.Find("id")?.Text ?? "")];
        foreach ((string id, ConfigNode agent) in entries.Members)
        {
            if (!agent.IsObject)
            {
                problems.Add(ConfigPath.Append("agents.entries", id), agent, ProblemSeverity.Error,
                    "An agent is an object; this one is left out.", "Write { … }.");
            }
            else if (known.Add(id))
            {
                agent.Members["id"] = ConfigNode.NewText(id, agent.Source, agent.Offset);
                list.Items.Add(agent);
            }
        }
        root.Put("agents.list", list);
    }

    /// <summary><c>env: { NAME: "value" }</c> without <c>vars</c>.</summary>
    public static void CollectVariables(ConfigNode root)
    {
        if (root.Find("env") is not { IsObject: true } env)
        {
            return;
        }
        foreach ((string name, ConfigNode value) in env.Members.ToArray())
        {
            if (!EnvSections.Contains(name) && value.Kind is ConfigNodeKind.Text or ConfigNodeKind.Number)
            {
                env.Members.Remove(name);
                if (env.Find("vars") is not ConfigNode vars)
                {
                    env.Members["vars"] = vars = ConfigNode.NewObject(value.Source, value.Offset);
                }
                vars.Members.TryAdd(name, value);
            }
        }
    }

    /// <summary>Old <c>modelFallbacks</c> beside a text <c>model</c>.</summary>
    private static void SplitFallbacks(ConfigNode? defaults)
    {
        if (defaults?.Take("modelFallbacks") is not ConfigNode fallbacks)
        {
            return;
        }
        if (defaults.Find("model") is { IsText: true } primary)
        {
            ConfigNode model = ConfigNode.NewObject(primary.Source, primary.Offset);
            model.Members["primary"] = primary;
            defaults.Members["model"] = model;
        }
        if (defaults.Find("model.fallbacks") is null)
        {
            defaults.Put("model.fallbacks", fallbacks);
        }
    }

    private static void FlattenChannel(string path, ConfigNode channel, ProblemList problems)
    {
        if (channel.Take("type") is ConfigNode type)
        {
            problems.Add(path + ".type", type, ProblemSeverity.Info, "The key of the channel says its type.", "It may be removed.");
        }
        if (channel.Take("dm.enabled") is { Kind: ConfigNodeKind.False } off && channel.Find("dmPolicy") is null)
        {
            channel.Put("dmPolicy", ConfigNode.NewText("disabled", off.Source, off.Offset));
        }
        if (channel.Find("dm") is { IsObject: true, Members.Count: 0 })
        {
            channel.Take("dm");
        }
    }
}
