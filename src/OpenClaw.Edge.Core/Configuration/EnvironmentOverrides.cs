using System.Globalization;

namespace OpenClaw.Edge.Configuration;

/// <summary>Puts variables into the configuration: they win over the file, and lose to flags.</summary>
internal static class EnvironmentOverrides
{
    private static readonly (string Name, string Path)[] Texts =
    [
        ("LOG_FORMAT", "logging.consoleStyle"),
        ("OPENCLAW_GATEWAY_AUTH_MODE", "gateway.auth.mode"), // set by gateway run --auth
    ];

    // these lose to the file
    private static readonly (string Name, string Path)[] Absent =
    [
        ("SEARXNG_BASE_URL", "plugins.entries.searxng.config.webSearch.baseUrl"),
        ("BRAVE_API_KEY", "plugins.entries.brave.config.webSearch.apiKey"),
    ];

    public static void Apply(ConfigNode root, ProcessEnvironment environment, ProblemList problems)
    {
        if (environment["OPENCLAW_GATEWAY_BIND"] is string bind)
        {
            Put(root, "gateway.bind", bind, "OPENCLAW_GATEWAY_BIND");
            if (ConfigShapes.TrySplitBind(bind, out _, out _, out int? bound) && bound is int number)
            {
                Put(root, "gateway.port", number.ToString(CultureInfo.InvariantCulture), "OPENCLAW_GATEWAY_BIND");
            }
        }
        foreach (string name in (ReadOnlySpan<string>)["OPENCLAW_GATEWAY_PORT", "GATEWAY_PORT"])
        {
            if (environment[name] is string port)
            {
                Put(root, "gateway.port", port, name);
                break;
            }
        }
        foreach ((string name, string path) in Texts)
        {
            if (environment[name] is string value)
            {
                Put(root, path, value, name);
            }
        }
        PutLevel(root, environment);
        if (environment.Flag("OPENCLAW_DISABLE_BONJOUR") is bool silent)
        {
            Put(root, "discovery.mdns.mode", silent ? "off" : "minimal", "OPENCLAW_DISABLE_BONJOUR");
        }
        foreach ((string name, string path) in Absent)
        {
            if (environment[name] is string value && root.Find(path) is null)
            {
                Put(root, path, value, name);
            }
        }
        if (environment.Flag("OPENCLAW_SANDBOX") == true && root.Find("agents.defaults.sandbox.mode") is null)
        {
            Put(root, "agents.defaults.sandbox.mode", "non-main", "OPENCLAW_SANDBOX");
        }
        if (environment["DATABASE_URL"] is not null)
        {
            problems.Add(new ConfigProblem("", "DATABASE_URL is set, but an external database is not supported: "
                + "state lives in one SQLite file in the state folder.", "Unset DATABASE_URL; back up with openclaw backup.",
                null, ProblemSeverity.Warning)
            {
                File = "DATABASE_URL",
            });
        }
    }

    private static void PutLevel(ConfigNode root, ProcessEnvironment environment)
    {
        foreach (string name in (ReadOnlySpan<string>)["OPENCLAW_LOG_LEVEL", "LOG_LEVEL"])
        {
            if (environment[name] is string level)
            {
                Put(root, "logging.level", level, name);
                return;
            }
        }
        if (environment["DEBUG"] is string debug && (debug == "*" || debug.Contains("openclaw", StringComparison.OrdinalIgnoreCase)))
        {
            Put(root, "logging.level", "debug", "DEBUG");
        }
    }

    private static void Put(ConfigNode root, string path, string value, string variable) =>
        root.Put(path, ConfigNode.NewText(value, ConfigSource.OfName(variable)));
}
