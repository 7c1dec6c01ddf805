using System.Text.Json;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Agents;

/// <summary>The tools that work on sessions. Source: docs/tools.md, sessions.</summary>
public static class SessionTools
{
    /// <summary>All of them.</summary>
    /// <param name="runs">The registry; asked when a tool is called, because it is made after its tools.</param>
    public static IReadOnlyList<ITool> Create(Func<RunRegistry> runs) =>
    [
        new SessionsListTool(runs), new SessionsHistoryTool(runs), new SessionsSearchTool(runs), new SessionsSendTool(runs), new SessionsSpawnTool(runs),
        new SessionStatusTool(runs), new ViewImageTool(runs),
    ];

    /// <summary>Finds the session that a call names; the problem is a sentence for the model.</summary>
    internal static bool TryFind(AgentRuntime runtime, ToolCallContext context, JsonElement arguments, out SessionKey key, out string problem) =>
        TryFind(runtime, context, Text(arguments, "sessionKey"), out key, out problem);

    /// <summary>Finds a session by the name that a call gives; none means its own.</summary>
    internal static bool TryFind(AgentRuntime runtime, ToolCallContext context, string named, out SessionKey key, out string problem)
    {
        key = context.SessionKey;
        problem = "";
        if (named.Length == 0 || named == "current")
        {
            return true;
        }

        if (!SessionKey.TryParse(named, context.SessionKey.AgentId, out key))
        {
            problem = $"'{named}' is no session key; sessions_list shows them";
            return false;
        }

        SessionRow? row = runtime.Sessions.Find(key);
        problem = SessionReach.Refusal(runtime, context, key, row) is string why ? $"{key.Text}: {why}"
            : row is null ? $"there is no session {key.Text}; sessions_list shows them"
            : "";
        return problem.Length == 0;
    }

    internal static string Text(JsonElement arguments, string name) =>
        arguments.ValueKind == JsonValueKind.Object && arguments.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!.Trim()
            : "";

    internal static int? Whole(JsonElement arguments, string name) =>
        arguments.ValueKind == JsonValueKind.Object && arguments.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number
        && value.TryGetInt32(out int number)
            ? number
            : null;
}
