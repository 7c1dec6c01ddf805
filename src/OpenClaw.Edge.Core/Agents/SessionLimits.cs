using System.Text.Json;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.Skills;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Agents;

/// <summary>What a session was given less of than its agent: its <c>permissionMode</c> and its <c>toolOverrides</c>. A sub-agent's session has
/// those of the one that it works for. They take away and never give, but for the mode <c>full</c>, which only an administrator sets.</summary>
internal sealed class SessionLimits
{
    /// <summary>Member of the row with the mode.</summary>
    public const string ModeMember = "permissionMode";

    /// <summary>Member of the row with the overrides.</summary>
    public const string OverridesMember = "toolOverrides";

    private static readonly string[] s_changes =
        ["write", "edit", "apply_patch", "exec", "process", "sessions_spawn", "sessions_send", "cron", "message"];

    private readonly List<JsonElement> _overrides = [];

    private SessionLimits()
    {
    }

    /// <summary>The modes, the narrowest first.</summary>
    public static IReadOnlyList<string> Modes { get; } = ["read-only", "guarded", "workspace", "full"];

    /// <summary>The mode of the session; null where the configuration alone decides.</summary>
    public string? Mode { get; private set; }

    /// <summary>The node that its commands run on; null for this machine.</summary>
    public string? ExecNode { get; private set; }

    /// <summary>The folder that its commands begin in; null for the usual one.</summary>
    public string? ExecFolder { get; private set; }

    /// <summary>Reads them from a row and from the row of the session that it works for.</summary>
    public static SessionLimits Of(SessionStore sessions, SessionRow? row)
    {
        SessionLimits limits = new();
        for (int depth = 0; row is not null && depth < 4; depth++) // sub-agents nest one deep; more is no way to be free of it
        {
            limits.Add(row);
            row = SessionReach.SpawnerOf(row) is { } by && SessionKey.TryParse(by, row.Key.AgentId, out SessionKey key) && key != row.Key
                ? sessions.Find(key)
                : null;
        }

        return limits;
    }

    /// <summary>The policy without what the session may not use.</summary>
    public ToolPolicy Narrow(ToolPolicy policy)
    {
        List<string> denied = Mode == "read-only" ? new(s_changes) : [];
        foreach (JsonElement overrides in _overrides)
        {
            if (overrides.TryGetProperty("webSearch"u8, out JsonElement web) && web.ValueKind == JsonValueKind.False)
            {
                denied.Add("web_search");
            }

            foreach (JsonProperty server in Members(overrides, "mcpServers"))
            {
                if (server.Value.ValueKind == JsonValueKind.False)
                {
                    denied.Add($"{McpNames.OfServers([server.Name])[0]}__*");
                }
            }

            foreach (JsonProperty server in Members(overrides, "mcpToolsDeny"))
            {
                foreach (JsonElement tool in server.Value.ValueKind == JsonValueKind.Array ? server.Value.EnumerateArray() : default)
                {
                    if (tool.ValueKind == JsonValueKind.String)
                    {
                        denied.Add(McpNames.OfTool(McpNames.OfServers([server.Name])[0], tool.GetString()!, []));
                    }
                }
            }
        }

        return denied.Count == 0 ? policy : policy.Within(new ToolPolicy(null, null, null, denied));
    }

    /// <summary>The skills without those that are switched off for the session.</summary>
    public SkillSet Narrow(SkillSet skills)
    {
        HashSet<string> off = new(StringComparer.OrdinalIgnoreCase);
        foreach (JsonElement overrides in _overrides)
        {
            foreach (JsonProperty skill in Members(overrides, "skills"))
            {
                if (skill.Value.ValueKind == JsonValueKind.False)
                {
                    off.Add(skill.Name);
                }
            }
        }

        return off.Count == 0
            ? skills
            : new SkillSet([.. skills.All.Where(state => !off.Contains(state.Skill.Manifest.Name) && !off.Contains(state.Skill.Manifest.Key))], skills.Problems);
    }

    private void Add(SessionRow row)
    {
        if (row.Extra is not { ValueKind: JsonValueKind.Object } extra)
        {
            return;
        }

        if (extra.TryGetProperty(ModeMember, out JsonElement mode) && mode.ValueKind == JsonValueKind.String
            && IndexOf(mode.GetString()!) is >= 0 and int rank && (Mode is null || rank < IndexOf(Mode)))
        {
            Mode = Modes[rank];
        }

        if (ExecNode is null && ExecFolder is null)
        {
            ExecNode = Text(extra, "execHost") is null or "node" ? Text(extra, "execNode") : null;
            ExecFolder = Text(extra, "execCwd");
        }

        if (extra.TryGetProperty(OverridesMember, out JsonElement overrides) && overrides.ValueKind == JsonValueKind.Object)
        {
            _overrides.Add(overrides);
        }
    }

    private static string? Text(JsonElement members, string name) =>
        members.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;

    private static int IndexOf(string mode)
    {
        for (int index = 0; index < Modes.Count; index++)
        {
            if (Modes[index] == mode)
            {
                return index;
            }
        }

        return -1;
    }

    private static JsonElement.ObjectEnumerator Members(JsonElement overrides, string name) =>
        overrides.TryGetProperty(name, out JsonElement members) && members.ValueKind == JsonValueKind.Object ? members.EnumerateObject() : default;
}
