using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace OpenClaw.Edge.Platform.Mdns;

/// <summary>The multicast sockets of this machine: one for each family, joined on every interface that is up and can do it. A failure of
/// one interface or family leaves the others. Not thread-safe for sending; receiving runs beside it.</summary>
internal sealed class MdnsSockets : IDisposable
{
    /// <summary>Source: RFC 6762 §3.</summary>
    public const int Port = 5353;

    private static readonly IPAddress Group4 = IPAddress.Parse("224.0.0.251");
    private static readonly IPAddress Group6 = IPAddress.Parse("ff02::fb");

    private readonly Socket? _four;
    private readonly Socket? _six;

    /// <summary>Opens what can be opened.</summary>
    /// <param name="port">5353 to be part of mDNS; 0 to ask once (RFC 6762 §5.1).</param>
    public MdnsSockets(int port)
    {
        Links = FindLinks();
        _four = Open(AddressFamily.InterNetwork, port);
        _six = Socket.OSSupportsIPv6 ? Open(AddressFamily.InterNetworkV6, port) : null;
    }

    /// <summary>Interfaces that were up when this was made.</summary>
    public IReadOnlyList<MdnsLink> Links { get; }

    /// <summary>The sockets that are open, to receive from.</summary>
    public IEnumerable<Socket> Open() => new[] { _four, _six }.OfType<Socket>();

    /// <summary>Sends to the group on one interface, by both families. Returns whether any of it left.</summary>
    public bool Send(MdnsLink link, byte[] packet)
    {
        bool sent = false;
        if (_four is not null && link.Addresses.Any(address => address.AddressFamily == AddressFamily.InterNetwork))
        {
            sent |= TrySend(_four, packet, new IPEndPoint(Group4, Port), () => _four.SetSocketOption(
                SocketOptionLevel.IP, SocketOptionName.MulticastInterface, IPAddress.HostToNetworkOrder(link.Index)));
        }

        if (_six is not null && link.Addresses.Any(address => address.AddressFamily == AddressFamily.InterNetworkV6))
        {
            sent |= TrySend(_six, packet, new IPEndPoint(Group6, Port), () => _six.SetSocketOption(
                SocketOptionLevel.IPv6, SocketOptionName.MulticastInterface, link.Index));
        }

        return sent;
    }

    /// <summary>Sends to one asker.</summary>
    public void SendTo(IPEndPoint peer, byte[] packet)
    {
        if ((peer.AddressFamily == AddressFamily.InterNetwork ? _four : _six) is { } socket)
        {
            TrySend(socket, packet, peer, static () => { });
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _four?.Dispose();
        _six?.Dispose();
    }

    /// <summary>Interfaces that are up, can multicast and have an address; not loopback.</summary>
    public static IReadOnlyList<MdnsLink> FindLinks()
    {
        try
        {
            return [.. NetworkInterface.GetAllNetworkInterfaces()
                .Where(network => network.OperationalStatus != OperationalStatus.Down && network.SupportsMulticast
                    && network.NetworkInterfaceType != NetworkInterfaceType.Loopback)
                .Select(LinkOf)
                .Where(link => link.Index > 0 && link.Addresses.Count > 0)];
        }
        catch (NetworkInformationException)
        {
            return []; // hidden by a sandbox
        }
    }

    private static MdnsLink LinkOf(NetworkInterface network)
    {
        IPInterfaceProperties properties = network.GetIPProperties();
        int index = 0;
        try
        {
            index = properties.GetIPv4Properties().Index;
        }
        catch (NetworkInformationException)
        {
            // gone since
        }

        return new MdnsLink(index, network.Name, [.. properties.UnicastAddresses.Select(unicast => new IPAddress(unicast.Address.GetAddressBytes())).Distinct()]);
    }

    private Socket? Open(AddressFamily family, int port)
    {
        var socket = new Socket(family, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            bool six = family == AddressFamily.InterNetworkV6;
            if (six)
            {
                socket.DualMode = false;
            }

            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, optionValue: true);
            socket.SetSocketOption(six ? SocketOptionLevel.IPv6 : SocketOptionLevel.IP, SocketOptionName.MulticastTimeToLive, 255);
            socket.SetSocketOption(six ? SocketOptionLevel.IPv6 : SocketOptionLevel.IP, SocketOptionName.PacketInformation, optionValue: true);
            socket.Bind(new IPEndPoint(six ? IPAddress.IPv6Any : IPAddress.Any, port));
            int joined = port == 0 ? Links.Count : Links.Count(link => TryJoin(socket, link, six));
            if (joined > 0)
            {
                return socket;
            }
        }
        catch (SocketException)
        {
            // no such family here, or the port is taken by somebody who does not share
        }

        socket.Dispose();
        return null;
    }

    private static bool TryJoin(Socket socket, MdnsLink link, bool six)
    {
        try
        {
            if (six)
            {
                socket.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.AddMembership, new IPv6MulticastOption(Group6, link.Index));
            }
            else
            {
                socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.AddMembership, new MulticastOption(Group4, link.Index));
            }

            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static bool TrySend(Socket socket, byte[] packet, IPEndPoint to, Action before)
    {
        try
        {
            before();
            socket.SendTo(packet, to);
            return true;
        }
        catch (SocketException)
        {
            return false; // the interface went down, or there is no route: the next change finds out
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
    }
}
