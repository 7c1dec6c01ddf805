using OpenClaw.Edge.Cli.Commands;
using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Cli.Checks;

/// <summary>Checks of MCP servers; none is started. What the validator left out, the check of the configuration tells.</summary>
internal static class McpChecks
{
    private const string Id = "edge/doctor/mcp";

    /// <summary>One finding a mistake, or one that all is well; nothing when there are no servers.</summary>
    public static IEnumerable<Finding> Check(CliContext context)
    {
        McpServerConfig[] servers = [.. context.Config.Config.Mcp.Servers.Where(server => server.Enabled)];
        bool any = false;
        foreach (McpServerConfig server in servers)
        {
            foreach ((string level, string message) in McpProbeCommands.Issues(context, server))
            {
                any = true;
                yield return new Finding(
                    Id, level == "error" ? FindingSeverity.Error : FindingSeverity.Warning, $"MCP server {server.Name}: {message}", $"correct {McpCommand.PathOf(server.Name)}; see docs/mcp.md");
            }
        }

        if (!any && servers.Length > 0)
        {
            yield return Finding.Ok(Id, $"{servers.Length} MCP server(s) look right; 'openclaw mcp probe' connects to them");
        }
    }
}
