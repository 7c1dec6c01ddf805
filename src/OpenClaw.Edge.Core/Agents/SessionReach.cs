using System.IO.Enumeration;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Agents;

/// <summary>Which sessions the tools of a session may see and talk to. Stateless. Source: docs/tools.md, sessions.</summary>
internal static class SessionReach
{
    /// <summary>Member of a session that names the one that started it.</summary>
    public const string SpawnedBy = "spawnedBy";

    /// <summary>Why a session is out of reach; null when it is not.</summary>
    /// <param name="runtime">Configuration and sessions.</param>
    /// <param name="from">The call.</param>
    /// <param name="target">The session that it is about.</param>
    /// <param name="row">Its row; null when it is not stored.</param>
    public static string? Refusal(AgentRuntime runtime, ToolCallContext from, SessionKey target, SessionRow? row)
    {
        SessionKey self = from.SessionKey;
        if (self == target)
        {
            return null;
        }

        if (target.IsIncognito && !IsSpawnedBy(row, self))
        {
            return "this session is incognito";
        }

        EdgeConfig config = runtime.Config();
        bool spawned = IsSpawnedBy(row, self);
        if (from.IsSandboxed && !spawned && SandboxOf(config, self.AgentId).SessionTools != "all")
        {
            return "this session is sandboxed and reaches only the sessions it started (agents.defaults.sandbox.sessionToolsVisibility)";
        }

        SessionToolsConfig rules = config.Tools.Sessions;
        bool sameAgent = self.AgentId == target.AgentId;
        bool near = rules.Visibility switch
        {
            "self" => false,
            "tree" => spawned || (self.IsMain && sameAgent),
            "agent" => sameAgent,
            _ => true,
        };
        if (!near)
        {
            return $"tools.sessions.visibility is {rules.Visibility}";
        }

        return sameAgent || spawned || (rules.AgentToAgent && Takes(rules, self.AgentId) && Takes(rules, target.AgentId))
            ? null
            : "sessions of other agents are out of reach (tools.agentToAgent)";
    }

    /// <summary>Key of the session that started this one; null when none did.</summary>
    public static string? SpawnerOf(SessionRow row) =>
        row.Extra is { ValueKind: System.Text.Json.JsonValueKind.Object } extra && extra.TryGetProperty(SpawnedBy, out System.Text.Json.JsonElement by)
        && by.ValueKind == System.Text.Json.JsonValueKind.String
            ? by.GetString()
            : null;

    /// <summary>Whether a session was started by another.</summary>
    public static bool IsSpawnedBy(SessionRow? row, SessionKey parent) =>
        row?.Extra is { ValueKind: System.Text.Json.JsonValueKind.Object } extra && extra.TryGetProperty(SpawnedBy, out System.Text.Json.JsonElement by)
        && by.ValueEquals(parent.Text);

    private static bool Takes(SessionToolsConfig rules, string agent) =>
        rules.AgentToAgentAllow.Count == 0
        || rules.AgentToAgentAllow.Any(allowed => FileSystemName.MatchesSimpleExpression(allowed.Trim(), agent));

    private static SandboxConfig SandboxOf(EdgeConfig config, string agentId) =>
        config.Agents.List.FirstOrDefault(agent => agent.Id == agentId)?.Sandbox ?? config.Agents.Defaults.Sandbox;
}
