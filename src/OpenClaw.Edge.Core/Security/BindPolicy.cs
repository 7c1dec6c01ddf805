using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Security;

/// <summary>Decides which addresses the gateway listens on, and whether it may.</summary>
public static class BindPolicy
{
    /// <summary>Turns the bind mode into endpoints, or says why not to start. Resolves a host name for mode
    /// <c>custom</c>; looks at the network interfaces for <c>tailnet</c> and <c>auto</c>.</summary>
    public static BindDecision Decide(GatewayConfig config, GatewaySecret secret)
    {
        ArgumentNullException.ThrowIfNull(config);
        return Decide(config, secret, LocalAddresses);
    }

    /// <summary>As <see cref="Decide(GatewayConfig, GatewaySecret)"/>, with the machine's addresses given.</summary>
    public static BindDecision Decide(GatewayConfig config, GatewaySecret secret, Func<IReadOnlyList<IPAddress>> localAddresses)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(secret);
        ArgumentNullException.ThrowIfNull(localAddresses);
        IReadOnlyList<IPAddress> addresses;
        switch (config.Bind)
        {
            case "loopback":
                addresses = Socket.OSSupportsIPv6 ? [IPAddress.Loopback, IPAddress.IPv6Loopback] : [IPAddress.Loopback];
                break;
            case "lan":
                addresses = [Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any];
                break;
            case "tailnet" or "auto":
                IPAddress? tailnet = localAddresses().FirstOrDefault(IsTailnet);
                if (tailnet is null && config.Bind == "tailnet")
                {
                    return BindDecision.Refuse("gateway.bind is \"tailnet\", but this machine has no Tailscale address (100.64.0.0/10). "
                        + "Fix: run tailscale up, or set gateway.bind to \"loopback\" or \"lan\".");
                }
                // auto never opens the LAN by itself: loopback, and the tailnet where there is one
                addresses = tailnet is null ? [IPAddress.Loopback] : [IPAddress.Loopback, tailnet];
                break;
            default:
                if (!TryFindCustom(config.CustomBindHost, out addresses, out string? problem))
                {
                    return BindDecision.Refuse(problem);
                }
                break;
        }
        return Check(
            [.. addresses.Select(address => new IPEndPoint(address, config.Port))],
            $"gateway.bind is \"{config.Bind}\"",
            "gateway.bind to \"loopback\"",
            secret);
    }

    /// <summary>As <see cref="Decide(GatewayConfig, GatewaySecret)"/>, for sockets that the service manager has opened: they decide
    /// where, and the same secret is asked of them.</summary>
    public static BindDecision Decide(GatewayConfig config, GatewaySecret secret, IReadOnlyList<IPEndPoint> inherited)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(secret);
        ArgumentNullException.ThrowIfNull(inherited);
        return Check(inherited, "the socket unit listens on more than loopback", "ListenStream= of the socket unit to an address of loopback", secret);
    }

    private static BindDecision Check(IReadOnlyList<IPEndPoint> endpoints, string what, string narrower, GatewaySecret secret)
    {
        bool exposed = endpoints.Any(endpoint => !IPAddress.IsLoopback(endpoint.Address));
        string where = $"{what}, so others on the network can reach the gateway";
        if (secret.AuthMode == "password" && secret.Password is null)
        {
            return BindDecision.Refuse("gateway.auth.mode is \"password\", but there is no password. "
                + "Fix: set OPENCLAW_GATEWAY_PASSWORD or gateway.auth.password, or use mode \"token\".");
        }
        if (exposed && secret.AuthMode == "none")
        {
            return BindDecision.Refuse($"{where}, but gateway.auth.mode is \"none\". "
                + $"Fix: set gateway.auth.mode to \"token\" (one is generated), or {narrower}.");
        }
        if (exposed && secret.Weak)
        {
            return BindDecision.Refuse($"{where}, but the secret from {secret.Source} is weak: {secret.WeakReason}. "
                + "Fix: remove it to have a strong one generated, or set one made by \"openssl rand -hex 32\"; "
                + $"or set {narrower}.");
        }
        return new BindDecision(endpoints, exposed, null);
    }

    private static bool TryFindCustom(string? host, out IReadOnlyList<IPAddress> addresses, [System.Diagnostics.CodeAnalysis.NotNullWhen(false)] out string? problem)
    {
        addresses = [];
        problem = null;
        if (string.IsNullOrWhiteSpace(host))
        {
            problem = "gateway.bind is \"custom\", but gateway.customBindHost is empty. Fix: set it to the address to listen on.";
            return false;
        }
        if (IPAddress.TryParse(host, out IPAddress? address))
        {
            addresses = [address];
            return true;
        }
        try
        {
            addresses = Dns.GetHostAddresses(host);
        }
        catch (Exception exception) when (exception is SocketException or ArgumentException)
        {
            problem = $"gateway.customBindHost \"{host}\" cannot be resolved: {exception.Message} Fix: write an address of this machine.";
            return false;
        }
        problem = addresses.Count == 0 ? $"gateway.customBindHost \"{host}\" has no address. Fix: write an address of this machine." : null;
        return addresses.Count > 0;
    }

    private static bool IsTailnet(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        return address.TryWriteBytes(bytes, out int length)
            && ((length == 4 && bytes[0] == 100 && (bytes[1] & 0xC0) == 64) // 100.64.0.0/10
                || (length == 16 && bytes[..6].SequenceEqual((ReadOnlySpan<byte>)[0xfd, 0x7a, 0x11, 0x5c, 0xa1, 0xe0]))); // Tailscale's ULA
    }

    private static IReadOnlyList<IPAddress> LocalAddresses()
    {
        try
        {
            return [.. NetworkInterface.GetAllNetworkInterfaces()
                .Where(network => network.OperationalStatus != OperationalStatus.Down)
                .SelectMany(network => network.GetIPProperties().UnicastAddresses)
                .Select(unicast => unicast.Address)];
        }
        catch (NetworkInformationException)
        {
            return [];
        }
    }
}
