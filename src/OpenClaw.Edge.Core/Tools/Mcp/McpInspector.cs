using System.Globalization;
using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Tools;

/// <summary>Looks at MCP servers for a person: at their entries without starting anything, or at what they offer.</summary>
public static class McpInspector
{
    private const string Hidden = "***";

    private static readonly string[] s_secretFlags = ["token", "secret", "password", "api-key", "apikey", "key", "auth", "bearer"];

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

    /// <summary>How a server is started or reached, in a line without secrets.</summary>
    public static string Launch(McpServerConfig server)
    {
        ArgumentNullException.ThrowIfNull(server);
        if (server.Command is null)
        {
            Uri uri = new(server.Url!.Trim());
            return $"{server.Kind} {uri.GetLeftPart(UriPartial.Path).Replace(uri.UserInfo.Length > 0 ? uri.UserInfo + "@" : "\0", "", StringComparison.Ordinal)}{(uri.Query.Length > 0 ? "?" + Hidden : "")}";
        }

        List<string> words = [server.Command];
        bool hide = false;
        foreach (string word in server.Args)
        {
            int equals = word.IndexOf('=', StringComparison.Ordinal);
            bool secret = word.StartsWith('-') && s_secretFlags.Any(flag => (equals < 0 ? word : word[..equals]).EndsWith(flag, StringComparison.OrdinalIgnoreCase));
            words.Add(hide ? Hidden : secret && equals > 0 ? $"{word[..equals]}={Hidden}" : word);
            hide = secret && equals < 0;
        }

        return string.Join(' ', words) + (server.Cwd is null ? "" : $" (cwd={server.Cwd})");
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
