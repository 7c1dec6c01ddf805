using Microsoft.Extensions.Logging;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Providers;

namespace OpenClaw.Edge.Tools;

/// <summary>What MCP servers need of the gateway; put together once by the composition root.</summary>
public sealed record McpParts
{
    /// <summary>For servers with an address.</summary>
    public required ProviderHttp Http { get; init; }

    /// <summary>Variables that programs are started with, and that their search path comes from.</summary>
    public required Func<ProcessEnvironment> Environment { get; init; }

    /// <summary>Clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Log.</summary>
    public required ILogger Logger { get; init; }

    /// <summary>The way to a server; nothing is opened yet.</summary>
    internal McpWire WireTo(McpServerConfig server)
    {
        if (server.Command is not null)
        {
            return new McpStdioWire(server, Environment(), Time, Logger);
        }

        bool own = !server.SslVerify || server.ClientCert is not null;
        try
        {
            return new McpHttpWire(server, own ? new ProviderHttp(TlsOf(server)) : Http, own, Time, Logger);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException)
        {
            throw new McpException(McpFailure.Gone, $"{server.Name}: the client certificate {server.ClientCert} cannot be read: {exception.Message}", exception);
        }
    }

    private static System.Net.Security.SslClientAuthenticationOptions TlsOf(McpServerConfig server)
    {
        var options = new System.Net.Security.SslClientAuthenticationOptions();
        if (!server.SslVerify)
        {
#pragma warning disable CA5359 // the operator has said so for this one address: mcp.servers.<name>.sslVerify
            options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        }

        if (server.ClientCert is { } path)
        {
            options.ClientCertificates = [];
            options.ClientCertificates.Add(System.Security.Cryptography.X509Certificates.X509Certificate2.CreateFromPemFile(path, server.ClientKey ?? path));
        }

        return options;
    }
}
