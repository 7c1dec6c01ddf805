using System.Globalization;
using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Tools;

/// <summary>Looks at MCP servers for a person: at their entries without starting anything, or at what they offer.</summary>
public static class McpInspector
{
    /// <summary>What is wrong with an entry on this machine; the flag says whether the server cannot work.</summary>
    public static IReadOnlyList<(bool IsError, string Message)> Check(McpServerConfig server, ProcessEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(environment);
        List<(bool, string)> found = [];
        if (server.Command is not null)
        {
            if (McpEnvironment.Program(server, environment) is null)
            {
                found.Add((true, $"stdio command not found or not executable: {server.Command}"));
            }

            if (!Directory.Exists(McpEnvironment.DirectoryOf(server, environment)))
            {
                found.Add((true, $"stdio cwd does not exist: {McpEnvironment.DirectoryOf(server, environment)}"));
            }
        }
        else
        {
            if (!server.SslVerify)
            {
                found.Add((false, "TLS certificate verification is disabled"));
            }

            foreach ((string what, string? path) in ((string, string?)[])[("certificate", server.ClientCert), ("key", server.ClientKey)])
            {
                if (path is not null && !File.Exists(path))
                {
                    found.Add((true, $"client {what} file does not exist: {path}"));
                }
            }
        }

        return found;
    }

    /// <summary>Opens a server, asks what it offers, ends it. Never throws but for cancellation.</summary>
    public static async Task<McpProbe> ProbeAsync(McpServerConfig server, McpParts parts, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(parts);
        using CancellationTokenSource deadline = new(TimeSpan.FromMilliseconds(server.ConnectionTimeoutMs), parts.Time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            await using McpClient client = await McpClient.OpenAsync(
                server.Name, parts.WireTo(server), TimeSpan.FromMilliseconds(server.RequestTimeoutMs), static () => { }, parts.Time, parts.Logger, either.Token);
            await using McpServer named = new(server, McpNames.OfServers([server.Name])[0], parts, static _ => { });
            return new McpProbe(server.Name, null, [.. McpToolSet.Of(named, client.Offer).Select(tool => tool.Spec.Name)], client.Offer);
        }
        catch (McpException exception)
        {
            return new McpProbe(server.Name, exception.Message, [], null);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new McpProbe(
                server.Name, string.Create(CultureInfo.InvariantCulture, $"{server.Name} was not ready within {server.ConnectionTimeoutMs} ms"), [], null);
        }
    }
}
