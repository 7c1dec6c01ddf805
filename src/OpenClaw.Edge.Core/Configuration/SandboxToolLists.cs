namespace OpenClaw.Edge.Configuration;

/// <summary>Which tools sandboxed sessions have. Tools that act on the gateway or on the person's devices are out unless the
/// configuration names them: a sandbox that could call them would not be one.</summary>
public static class SandboxToolLists
{
    // Source: docs/sandbox.md, tools inside
    private static readonly string[] s_allowed =
    [
        "exec", "process", "read", "ls", "write", "edit", "apply_patch", "view_image", "sessions_list", "sessions_history",
        "sessions_search", "sessions_send", "sessions_spawn", "sessions_yield", "subagents", "session_status",
    ];

    private static readonly string[] s_denied = ["browser", "canvas", "computer", "mobile_ui", "nodes", "automations", "cron", "gateway"];

    /// <summary>What is allowed, and by which key; the key is <c>default</c> when none says.</summary>
    public static (IReadOnlyList<string> Names, string Source) Allow(ToolsConfig? agent, SandboxConfig sandbox, ToolsConfig all)
    {
        ArgumentNullException.ThrowIfNull(sandbox);
        ArgumentNullException.ThrowIfNull(all);
        (IReadOnlyList<string> names, string source) = First(agent, sandbox, all, list => list.Allow, "allow") ?? (s_allowed, "default");
        (IReadOnlyList<string> also, _) = First(agent, sandbox, all, list => list.AlsoAllow, "alsoAllow") ?? ([], "");
        return ([.. names, .. also], source);
    }

    /// <summary>What is denied, and by which key. What the configuration allows by name is not denied by default.</summary>
    public static (IReadOnlyList<string> Names, string Source) Deny(ToolsConfig? agent, SandboxConfig sandbox, ToolsConfig all)
    {
        ArgumentNullException.ThrowIfNull(sandbox);
        ArgumentNullException.ThrowIfNull(all);
        return First(agent, sandbox, all, list => list.Deny, "deny")
            ?? ([.. s_denied.Except(Allow(agent, sandbox, all).Names, StringComparer.OrdinalIgnoreCase)], "default");
    }

    // The agent's own list wins, then that of all; each replaces the next.
    private static (IReadOnlyList<string> Names, string Source)? First(
        ToolsConfig? agent, SandboxConfig sandbox, ToolsConfig all, Func<ToolListConfig, IReadOnlyList<string>> pick, string name)
    {
        foreach ((ToolListConfig? list, string place) in new[]
            {
                (agent?.SandboxTools, "agents.list[].tools.sandbox.tools"), (sandbox.Tools, "agents.defaults.sandbox.tools"),
                (all.SandboxTools, "tools.sandbox.tools"),
            })
        {
            if (list is not null && pick(list) is { Count: > 0 } names)
            {
                return (names, $"{place}.{name}");
            }
        }

        return null;
    }
}
