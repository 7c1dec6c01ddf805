namespace OpenClaw.Edge.Tools;

/// <summary>Which tools a run may use: a profile, widened by <c>alsoAllow</c>, narrowed by <c>allow</c>; <c>deny</c> wins.
/// Names may be groups (<c>group:fs</c>) or end with <c>*</c>; case does not matter. Immutable.</summary>
public sealed class ToolPolicy
{
    private static readonly Dictionary<string, string[]> s_groups = new(StringComparer.OrdinalIgnoreCase)
    {
        ["group:fs"] = ["read", "ls", "write", "edit", "apply_patch"],
        ["group:runtime"] = ["exec", "process"],
        ["group:web"] = ["web_search", "web_fetch"],
        ["group:memory"] = ["memory_search", "memory_get"],
        ["group:sessions"] =
            ["sessions_list", "sessions_history", "sessions_search", "sessions_send", "sessions_spawn", "session_status"],
        ["group:messaging"] = ["message"],
        ["group:automation"] = ["cron", "gateway"],
        ["group:openclaw"] = ["*"],
    };

    private static readonly Dictionary<string, string[]> s_profiles = new(StringComparer.OrdinalIgnoreCase)
    {
        ["minimal"] = ["session_status"],
        ["coding"] = ["group:fs", "group:runtime", "group:web", "group:sessions", "group:memory", "cron"],
        ["messaging"] =
            ["group:messaging", "sessions_list", "sessions_history", "sessions_send", "session_status"],
        ["full"] = ["*"],
    };

    private readonly string[] _profile;
    private readonly string[] _allow;
    private readonly string[] _deny;
    private ToolPolicy? _and;

    /// <summary>Creates a policy. An unknown profile counts as <c>minimal</c>: a typo must not open anything.</summary>
    /// <param name="profile"><c>minimal</c>, <c>coding</c>, <c>messaging</c> or <c>full</c>; null is <c>full</c>.</param>
    /// <param name="allow">When not empty, nothing else is allowed.</param>
    /// <param name="alsoAllow">Added to the profile and to <paramref name="allow"/>.</param>
    /// <param name="deny">Never allowed.</param>
    public ToolPolicy(
        string? profile, IReadOnlyList<string>? allow, IReadOnlyList<string>? alsoAllow, IReadOnlyList<string>? deny)
    {
        string[] also = Expand(alsoAllow);
        string[] named = s_profiles.GetValueOrDefault(profile ?? "full") ?? s_profiles["minimal"];
        _profile = [.. Expand(named), .. also];
        string[] only = Expand(allow);
        _allow = only.Length == 0 ? ["*"] : [.. only, .. also];
        _deny = Expand(deny);
    }

    /// <summary>Whether a tool may be shown to the model and called.</summary>
    public bool Allows(string tool) =>
        Matches(_profile, tool) && Matches(_allow, tool) && !Matches(_deny, tool) && (_and is null || _and.Allows(tool));

    /// <summary>What both policies allow.</summary>
    public ToolPolicy Within(ToolPolicy other)
    {
        ToolPolicy both = (ToolPolicy)MemberwiseClone();
        both._and = _and is null ? other : _and.Within(other);
        return both;
    }

    private static string[] Expand(IReadOnlyList<string>? names) =>
    [
        .. (names ?? []).Select(name => name.Trim()).Where(name => name.Length > 0)
            .SelectMany(name => s_groups.GetValueOrDefault(name) ?? [name]),
    ];

    private static bool Matches(string[] patterns, string tool) => Array.Exists(
        patterns,
        pattern => pattern.EndsWith('*')
            ? tool.AsSpan().StartsWith(pattern.AsSpan(0, pattern.Length - 1), StringComparison.OrdinalIgnoreCase)
            : tool.Equals(pattern, StringComparison.OrdinalIgnoreCase));
}
