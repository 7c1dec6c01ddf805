using Microsoft.Extensions.Logging.Abstractions;
using OpenClaw.Edge.Cli;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Hosting;

/// <summary>Looks at an MCP server for the command line, which knows nothing of tools.</summary>
internal static class McpLook
{
    /// <summary>Looks at the entry, and opens the server when asked to.</summary>
    public static async Task<McpReport> LookAsync(McpServerConfig server, ProcessEnvironment environment, TimeProvider clock, bool connect, CancellationToken cancellationToken)
    {
        var report = new McpReport { Name = server.Name, Issues = McpInspector.Check(server, environment) };
        if (!connect)
        {
            return report;
        }

        using ProviderHttp http = new();
        McpProbe probe = await McpInspector.ProbeAsync(
            server, new McpParts { Http = http, Environment = () => environment, Time = clock, Logger = NullLogger.Instance }, cancellationToken);
        return probe.Offer is not { } offer
            ? report with { Problem = probe.Problem }
            : report with
            {
                Tools = probe.Tools,
                Offered = offer.Tools.Count,
                Resources = offer.Resources,
                Prompts = offer.Prompts,
                Changes = (offer.ToolsChange, offer.ResourcesChange, offer.PromptsChange),
                Version = offer.Version,
            };
    }
}
