using System.Text.Json;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Sandbox;

namespace OpenClaw.Edge.Tools;

/// <summary>Runs single tool calls: those of models, and those that clients make over <c>tools.invoke</c> and
/// <c>POST /tools/invoke</c>. A client's call passes two policies, the agent's and the gateway's. Thread-safe.</summary>
public sealed class ToolInvocation(ToolRegistry registry)
{
    private const int OverrunChars = 500; // tools size their pages; the cut is the net under those that do not

    // Source: docs/protocol.md, tools over the gateway
    private static readonly string[] s_deniedOverGateway =
    [
        "exec", "spawn", "shell", "fs_write", "fs_delete", "fs_move", "apply_patch", "sessions_spawn", "sessions_send",
        "cron", "gateway", "nodes",
    ];

    private static readonly string[] s_writingTools = ["write", "edit", "apply_patch"];

    private static readonly string[] s_workspaceTools = ["exec", "read", "ls", "view_image", .. s_writingTools];

    /// <summary>The tools that exist.</summary>
    public ToolRegistry Registry => registry;

    /// <summary>What clients may call at all, whatever the agent may: dangerous tools are out unless
    /// <c>gateway.tools.allow</c> names them; <c>gateway.tools.deny</c> wins.</summary>
    /// <param name="gatewayTools">The <c>gateway.tools</c> section.</param>
    public static ToolPolicy GatewayPolicy(ToolListConfig gatewayTools)
    {
        ArgumentNullException.ThrowIfNull(gatewayTools);
        IEnumerable<string> denied = s_deniedOverGateway.Except(gatewayTools.Allow, StringComparer.OrdinalIgnoreCase);
        return new ToolPolicy(null, null, null, [.. denied, .. gatewayTools.Deny]);
    }

    /// <summary>Runs a client's call.</summary>
    /// <param name="name">Name as the client wrote it.</param>
    /// <param name="argumentsJson">An object; empty counts as <c>{}</c>.</param>
    /// <param name="agent">What the agent may use.</param>
    /// <param name="gateway">What clients may use, by <see cref="GatewayPolicy"/>.</param>
    /// <param name="context">Session and workspace.</param>
    /// <param name="dryRun">Whether to stop before the tool runs; the result then is its title.</param>
    /// <param name="cancellationToken">Cancels the tool.</param>
    public async ValueTask<ToolInvocationResult> InvokeAsync(
        string name,
        string argumentsJson,
        ToolPolicy agent,
        ToolPolicy gateway,
        ToolCallContext context,
        bool dryRun,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(agent);
        ArgumentNullException.ThrowIfNull(gateway);
        await registry.ReadyAsync(agent, name.Trim(), cancellationToken);
        if (!registry.TryGet(name.Trim(), out ITool? tool) || !agent.Allows(tool.Spec.Name) || !gateway.Allows(tool.Spec.Name))
        {
            return new(ToolInvocationStatus.NotAvailable, name, ToolResult.Error($"Tool not available: {name}"));
        }

        if (!ToolArguments.TryRead(tool.Spec, argumentsJson, out JsonElement arguments, out string problem))
        {
            return new(ToolInvocationStatus.BadArguments, tool.Spec.Name, ToolResult.Error(problem));
        }

        if (!dryRun && !TryMakeWorkspace(context.Workspace, out string why))
        {
            return new(ToolInvocationStatus.Failed, tool.Spec.Name, ToolResult.Error(why));
        }

        ToolResult result = dryRun
            ? new ToolResult(tool.Title(arguments))
            : await CallAsync(registry.Sandbox, tool, context, arguments, cancellationToken);
        return new(result.IsError ? ToolInvocationStatus.Failed : ToolInvocationStatus.Done, tool.Spec.Name, result);
    }

    /// <summary>Starts a command as the tool <c>exec</c> does, for a part of the gateway that follows it itself. Null with a sentence when it may
    /// not or cannot.</summary>
    internal async Task<(ExecSession? Session, string Problem)> StartCommandAsync(
        ToolCallContext context, JsonElement arguments, ExecTap tap, CancellationToken cancellationToken)
    {
        if (!registry.TryGet("exec", out ITool? tool) || tool is not ExecTool exec)
        {
            return (null, "commands do not run here");
        }

        try
        {
            return TryMakeWorkspace(context.Workspace, out string why)
                ? await exec.StartAsync(await PlaceAsync(registry.Sandbox, "exec", context, cancellationToken), arguments, tap, cancellationToken)
                : (null, why);
        }
        catch (Exception exception) when (exception is SandboxUnavailableException or WorkspaceException or IOException or UnauthorizedAccessException)
        {
            return (null, exception.Message);
        }
    }

    /// <summary>Ends such a command, if it still runs, and forgets it.</summary>
    internal Task EndCommandAsync(ExecSession session) =>
        registry.TryGet("exec", out ITool? tool) && tool is ExecTool exec ? exec.ForgetAsync(session) : Task.CompletedTask;

    /// <summary>Runs one call with arguments that were checked: the failures that a tool may meet become results, and a
    /// result is cut where it would not fit the model.</summary>
    internal static async Task<ToolResult> CallAsync(
        SandboxRouter? sandbox, ITool tool, ToolCallContext context, JsonElement arguments, CancellationToken cancellationToken)
    {
        ToolResult result;
        try
        {
            ToolCallContext placed = await PlaceAsync(sandbox, tool.Spec.Name, context, cancellationToken);
            result = placed.Sandbox is { FilesReadOnly: true } && s_writingTools.Contains(tool.Spec.Name)
                ? ToolResult.Error($"{tool.Spec.Name}: this session's sandbox has the workspace read-only (workspaceAccess)")
                : await tool.InvokeAsync(placed, arguments, cancellationToken);
        }
        catch (SandboxUnavailableException exception)
        {
            result = ToolResult.Error(exception.Message);
        }
        catch (WorkspaceException exception)
        {
            result = ToolResult.Error(exception.Message);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            result = ToolResult.Error($"{tool.Spec.Name} failed: {exception.Message}");
        }

        int limit = context.MaxResultChars + OverrunChars;
        return result.Text.Length <= limit
            ? result
            : result with { Text = $"{result.Text[..limit]}\n[cut: {result.Text.Length} characters in all]" };
    }

    private static async ValueTask<ToolCallContext> PlaceAsync(
        SandboxRouter? router, string tool, ToolCallContext context, CancellationToken cancellationToken)
    {
        SandboxScope scope = new(context.SessionKey.AgentId, context.SessionKey.Text, context.Workspace);
        if (router?.Covers(scope) != true)
        {
            return context;
        }

        ToolCallContext inside = context with { IsSandboxed = true };
        return s_workspaceTools.Contains(tool) && await router.ForAsync(scope, cancellationToken) is { } session
            ? inside with { Sandbox = session, Workspace = session.HostWorkspace }
            : inside;
    }

    // A client may call before the agent's first turn, which makes the folder.
    private static bool TryMakeWorkspace(string workspace, out string problem)
    {
        problem = "";
        try
        {
            if (!Directory.Exists(workspace))
            {
                AtomicFile.CreateFolder(workspace);
            }

            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            problem = $"the workspace {workspace} cannot be made: {exception.Message}";
            return false;
        }
    }
}
