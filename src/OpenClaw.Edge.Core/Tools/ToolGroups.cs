namespace OpenClaw.Edge.Tools;

/// <summary>Names that stand for several tools, and older names of tools. Source: docs/tools.md, groups.</summary>
internal static class ToolGroups
{
    private static readonly string[] s_primitives = ["read", "ls", "write", "edit", "apply_patch", "exec", "process", "canvas"];

    private static readonly Dictionary<string, string[]> s_groups = new(StringComparer.OrdinalIgnoreCase)
    {
        ["group:fs"] = ["read", "ls", "write", "edit", "apply_patch"],
        ["group:runtime"] = ["exec", "process", "code_execution"],
        ["group:web"] = ["web_search", "x_search", "web_fetch"],
        ["group:memory"] = ["memory_search", "memory_get"],
        ["group:sessions"] =
        [
            "sessions", "sessions_list", "sessions_history", "sessions_search", "conversations_list", "conversations_send",
            "conversations_turn", "sessions_send", "sessions_spawn", "sessions_yield", "subagents", "session_status",
        ],
        ["group:messaging"] = ["message"],
        ["group:automation"] = ["heartbeat_respond", "cron", "gateway"],
        ["group:ui"] = ["browser", "screen", "theme", "dashboard", "terminal", "portal", "canvas", "show_widget"],
        ["group:nodes"] = ["nodes", "computer"],
        ["group:agents"] = ["agents_list", "get_goal", "create_goal", "update_goal", "progress_card", "ask_user", "skill_workshop"],
        ["group:media"] = ["view_image", "image_generate", "music_generate", "video_generate", "tts", "pdf"],
        ["group:plugins"] = ["*__*"], // tools of MCP servers are called <server>__<tool>
        ["bundle-mcp"] = ["*__*"],
        ["bash"] = ["exec"],
        ["automations"] = ["cron"],
        ["image"] = ["view_image"],
        ["update_plan"] = ["progress_card"],
    };

    private static readonly Dictionary<string, string[]> s_profiles = new(StringComparer.OrdinalIgnoreCase)
    {
        ["minimal"] = ["session_status"],
        ["coding"] =
        [
            "group:fs", "group:runtime", "group:web", "group:sessions", "group:memory", "cron", "view_image", "progress_card",
            "ask_user", "bundle-mcp",
        ],
        ["messaging"] =
        [
            "group:messaging", "sessions_list", "sessions_history", "sessions_search", "sessions_send", "sessions_spawn",
            "sessions_yield", "subagents", "session_status", "ask_user", "bundle-mcp",
        ],
        ["full"] = ["*"],
    };

    /// <summary>What a profile holds; an unknown one counts as <c>minimal</c>: a typo must not open anything.</summary>
    public static IReadOnlyList<string> Profile(string name) => s_profiles.GetValueOrDefault(name) ?? s_profiles["minimal"];

    /// <summary>Names with groups and older names replaced.</summary>
    public static string[] Expand(IEnumerable<string> names) =>
        [.. names.Select(name => name.Trim()).Where(name => name.Length > 0).SelectMany(Members)];

    private static IEnumerable<string> Members(string name) =>
        name.Equals("group:openclaw", StringComparison.OrdinalIgnoreCase)
            ? s_groups.Values.SelectMany(members => members).Where(member => member != "*__*").Except(s_primitives)
            : s_groups.GetValueOrDefault(name) ?? [name];
}
