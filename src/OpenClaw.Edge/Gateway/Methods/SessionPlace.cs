using System.Text.Json;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Protocol.Gateway;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary>Where a session that is made works: what of <c>sessions.create</c> is about folders, nodes, worktrees and repositories. Its rules
/// and words are the original's as far as there is something to say; worktrees, repositories and catalogs are not here.</summary>
internal static class SessionPlace
{
    /// <summary>The params that are read here.</summary>
    public const string Params =
        "execNode:str1 cwd:str1 worktree:bool worktreeSource:=empty worktreeBaseRef:str1 worktreeName:str1 repository:obj projectId:str1 projectGitUrl:str1(2048) catalogId:str1";

    /// <summary>Why there can be no such session; null when there can.</summary>
    public static string? Problem(MethodCall call, GatewayRuntime runtime, string agentId)
    {
        bool worktree = call.Flag("worktree");
        bool named = call.Has("worktreeBaseRef") || call.Has("worktreeName");
        if (call.Has("worktreeSource")
            && (!worktree || call.Has("cwd") || call.Has("projectId") || call.Has("projectGitUrl") || call.Has("repository") || call.Has("catalogId")
                || call.Has("execNode") || call.Has("worktreeBaseRef")))
        {
            return "sessions.create worktreeSource=empty requires worktree=true and cannot include another workspace source, catalog, execNode, or worktreeBaseRef";
        }

        return call.Has("execNode") && worktree ? "sessions.create worktree cannot target execNode"
            : named && !worktree ? "sessions.create worktreeBaseRef/worktreeName require worktree=true"
            : call.Text("catalogId") is { } catalog ? $"unknown session catalog: {catalog}"
            : call.Has("repository") ? RepositoryProblem(call, worktree || named)
            : ProjectProblem(call)
                ?? CwdProblem(call, runtime, agentId)
                ?? (worktree ? WorktreeProblem(runtime, agentId) : null);
    }

    /// <summary>Adds what stays with the session.</summary>
    public static void Keep(MethodCall call, Dictionary<string, JsonElement?> extra)
    {
        if (call.Text("execNode") is { } node)
        {
            extra["execHost"] = Text("node");
            extra["execNode"] = Text(node.Trim());
        }

        if (call.Text("cwd") is { } folder)
        {
            extra["execCwd"] = Text(folder.Trim());
        }
    }

    private static string RepositoryProblem(MethodCall call, bool worktree)
    {
        JsonElement repository = call.Params.GetProperty("repository");
        string url = repository.TryGetProperty("url", out JsonElement given) && given.ValueKind == JsonValueKind.String ? given.GetString()! : "";
        return url.Length == 0 ? "invalid sessions.create params: at /repository: must have required property 'url'"
            : !IsGitHub(url) ? "Use a GitHub repository URL and a nonempty branch, tag, or commit ref."
            : worktree || call.Has("cwd") || call.Has("execNode") || call.Has("projectId") || call.Has("projectGitUrl") || call.Has("worktree")
                ? "sessions.create repository cannot be combined with local workspace or catalog options."
            : call.Has("message") || call.Has("task")
                ? "Create the repository session without an initial turn, dispatch it with sessions.dispatch, then send the message with sessions.send."
            : "sessions.create repository: this gateway dispatches no sessions (sessions.dispatch); clone the repository into the workspace and leave it out";
    }

    private static string? ProjectProblem(MethodCall call)
    {
        bool placed = call.Has("cwd") || call.Has("execNode");
        if (call.Text("projectGitUrl") is { } url)
        {
            return !IsGitHub(url) ? "Use a GitHub HTTPS or git@github.com repository URL. Local paths and file URLs are not accepted."
                : placed || call.Has("projectId") ? "sessions.create projectGitUrl cannot be combined with projectId, cwd, or execNode"
                : !call.Has("message") && !call.Has("task") ? "sessions.create projectGitUrl requires an initial turn"
                : "sessions.create projectGitUrl: this gateway prepares no projects; clone the repository into the workspace and leave it out";
        }

        return call.Text("projectId") is not { } project ? null
            : placed ? "sessions.create projectId cannot be combined with cwd or execNode"
            : $"unknown project id: {project}";
    }

    // On a node the folder is the node's own, and only the node knows it.
    private static string? CwdProblem(MethodCall call, GatewayRuntime runtime, string agentId)
    {
        if (call.Text("cwd")?.Trim() is not { } folder)
        {
            return null;
        }

        bool onNode = call.Has("execNode");
        if (!Path.IsPathRooted(folder) && !(onNode && folder.Length > 2 && char.IsAsciiLetter(folder[0]) && folder[1] == ':'))
        {
            return "sessions.create cwd must be absolute";
        }

        if (onNode)
        {
            return null;
        }

        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        return !Directory.Exists(full) ? $"sessions.create cwd is unavailable: ENOENT: no such file or directory, lstat '{Missing(full)}'"
            : runtime.Agents().TryGet(agentId, out AgentEntry? agent) && (full + "/").StartsWith(Path.TrimEndingDirectorySeparator(Path.GetFullPath(agent.Workspace)) + "/", StringComparison.Ordinal)
                ? null
                : $"sessions.create cwd {full} is outside the agent's workspace; set agents.list[].workspace, or name a folder inside it";
    }

    // The first folder on the way that is not there, as the original names it.
    private static string Missing(string folder)
    {
        while (Path.GetDirectoryName(folder) is { Length: > 1 } above && !Directory.Exists(above))
        {
            folder = above;
        }

        return folder;
    }

    private static string WorktreeProblem(GatewayRuntime runtime, string agentId) =>
        runtime.Agents().TryGet(agentId, out AgentEntry? agent) && Path.Exists(Path.Combine(agent.Workspace, ".git"))
            ? "sessions.create worktree: this gateway makes no worktrees; make one inside the workspace (git worktree add) and name it as cwd"
            : "agent workspace is not a git checkout";

    private static bool IsGitHub(string url) =>
        url.StartsWith("https://github.com/", StringComparison.OrdinalIgnoreCase) || url.StartsWith("git@github.com:", StringComparison.OrdinalIgnoreCase);

    private static JsonElement Text(string text) => JsonSerializer.SerializeToElement(text, TranscriptJson.Default.String);
}
