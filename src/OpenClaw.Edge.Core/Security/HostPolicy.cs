using System.Net;
using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Security;

/// <summary>Refuses requests whose <c>Host</c> is a name that a stranger's DNS could point at this machine: a page of
/// that name would otherwise talk to the gateway as if it were its own.</summary>
public static class HostPolicy
{
    private static readonly string OwnName = Environment.MachineName.ToLowerInvariant();

    /// <summary>What to tell a refused caller.</summary>
    public const string Refusal =
        "Host not allowed. Use the gateway's IP address, localhost or its host name, or add the origin to gateway.controlUi.allowedOrigins.";

    /// <summary>Whether the <c>Host</c> header names this gateway. An absent header is allowed: no browser omits it.</summary>
    public static bool Allows(string? hostHeader, EdgeConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        if (string.IsNullOrWhiteSpace(hostHeader))
        {
            return true;
        }

        string host = HostName.OfHostHeader(hostHeader);
        if (host.Length == 0)
        {
            return false;
        }

        return IPAddress.TryParse(host, out _)
            || HostName.IsLoopback(host)
            || host == OwnName
            || IsReservedSuffix(host)
            || IsConfigured(host, config);
    }

    // Names under these can not be had in the public DNS (RFC 6762, RFC 8375, ICANN's .internal) or are Tailscale's own.
    private static bool IsReservedSuffix(string host) =>
        host.EndsWith(".local", StringComparison.Ordinal)
        || host.EndsWith(".ts.net", StringComparison.Ordinal)
        || host.EndsWith(".internal", StringComparison.Ordinal)
        || host.EndsWith(".home.arpa", StringComparison.Ordinal);

    private static bool IsConfigured(string host, EdgeConfig config)
    {
        GatewayConfig gateway = config.Gateway;
        if (string.Equals(gateway.CustomBindHost, host, StringComparison.OrdinalIgnoreCase)
            || HostName.OfOrigin(gateway.PublicOrigin) == host)
        {
            return true;
        }

        foreach (string origin in gateway.ControlUi.AllowedOrigins)
        {
            if (HostName.OfOrigin(origin) == host || string.Equals(origin, host, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
