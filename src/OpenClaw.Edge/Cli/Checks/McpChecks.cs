using OpenClaw.Edge.Cli.Commands;
using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Cli.Checks;

/// <summary>Checks of MCP servers; none is started. What the validator left out, the check of the configuration tells.</summary>
internal static class McpChecks
{
    private const string Id = "edge/doctor/mcp";

    /// <summary>One finding a mistake, or one that all is well; nothing when there are no servers.</summary>
    public static async Task<IReadOnlyList<Finding>> CheckAsync(CliContext context, CancellationToken cancellationToken)
    {
        McpServerConfig[] servers = [.. context.Config.Config.Mcp.Servers.Where(server => server.Enabled)];
        List<Finding> findings = [];
        foreach (McpServerConfig server in servers)
        {
            findings.AddRange((await McpProbeCommands.IssuesAsync(context, server, cancellationToken)).Select(issue => new Finding(
                Id, issue.Level == "error" ? FindingSeverity.Error : FindingSeverity.Warning, $"MCP server {server.Name}: {issue.Message}", $"correct {McpCommand.PathOf(server.Name)}; see docs/mcp.md")));
        }

        return findings.Count == 0 && servers.Length > 0
            ? [Finding.Ok(Id, $"{servers.Length} MCP server(s) look right; 'openclaw mcp probe' connects to them")]
            : findings;
    }
}
