namespace OpenClaw.Edge.Configuration;

/// <summary>Rules of MCP servers: what cannot be started or reached is left out, with the reason.</summary>
internal static class McpRules
{
    // What makes a loader, a shell or an interpreter run code before the server does.
    private static readonly string[] s_blocked =
    [
        "IFS", "ENV", "BASH_ENV", "SHELLOPTS", "BASHOPTS", "KSH_ENV", "PS4", "PROMPT_COMMAND", "ZDOTDIR", "NODE_OPTIONS", "NODE_PATH", "PYTHONSTARTUP",
        "PYTHONPATH", "PYTHONHOME", "PERL5OPT", "PERL5LIB", "RUBYOPT", "RUBYLIB", "GCONV_PATH", "JAVA_TOOL_OPTIONS", "DOTNET_STARTUP_HOOKS",
        "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE",
    ];

    /// <summary>Whether a server never gets this variable. Source: docs/mcp.md, environment.</summary>
    public static bool IsBlocked(string variable) =>
        s_blocked.Contains(variable, StringComparer.OrdinalIgnoreCase) || variable.Contains('=', StringComparison.Ordinal)
        || variable.StartsWith("LD_", StringComparison.OrdinalIgnoreCase) || variable.StartsWith("DYLD_", StringComparison.OrdinalIgnoreCase)
        || variable.StartsWith("BASH_FUNC_", StringComparison.Ordinal) || variable.StartsWith("OPENCLAW_", StringComparison.OrdinalIgnoreCase);

    /// <summary>Checks all servers, in place.</summary>
    public static void Check(ConfigNode root, ProblemList problems)
    {
        if (root.Find("mcp.servers") is not { IsObject: true } servers)
        {
            return;
        }

        foreach (string name in servers.Members.Keys.ToArray())
        {
            ConfigNode server = servers.Members[name];
            string path = ConfigPath.Append("mcp.servers", name);
            if (Problem(name, server) is (string what, string fix))
            {
                bool off = server.Find("enabled")?.Kind == ConfigNodeKind.False;
                problems.Add(path, server, off ? ProblemSeverity.Warning : ProblemSeverity.Error, $"{what} The server is left out.", fix);
                servers.Members.Remove(name);
                continue;
            }

            Doubts(server, path, problems);
        }
    }

    private static (string What, string Fix)? Problem(string name, ConfigNode server)
    {
        string? url = server.Find("url")?.Text;
        return name.Trim().Length == 0 || name is "__proto__" ? ($"\"{name}\" cannot be a server's name.", "Give it another name.")
            : !string.IsNullOrWhiteSpace(server.Find("command")?.Text) ? null
            : string.IsNullOrWhiteSpace(url)
                ? ("The server has neither a command nor a url.", "Write command and args for a program on this machine, or url for a server on the network.")
            : server.Find("transport")?.Text is "stdio" ? ("Transport stdio needs a command.", "Write the program into command, or use transport streamable-http.")
            : !Uri.TryCreate(url.Trim(), UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("http" or "https")
                ? ("Its url is not an http or https address.", "Write one such as https://host/mcp.")
            : null;
    }

    private static void Doubts(ConfigNode server, string path, ProblemList problems)
    {
        if (server.Find("command") is { } command && server.Find("url") is not null)
        {
            problems.Add(path, command, ProblemSeverity.Warning, "The server has a command and a url; the command counts.", "Remove one of them.");
        }

        foreach ((string variable, ConfigNode value) in server.Find("env")?.Members ?? [])
        {
            if (IsBlocked(variable))
            {
                problems.Add(ConfigPath.Append(path + ".env", variable), value, ProblemSeverity.Warning,
                    $"The variable {variable} runs code before the server does, so the server does not get it.",
                    "Remove it; an option of the command does the same.");
            }
        }
    }
}
