using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using OpenClaw.Edge.Protocol.Mdns;

namespace OpenClaw.Edge.Platform.Mdns;

/// <summary>Reads the sockets into one bounded queue; what cannot be read, and what the queue cannot hold, is dropped. Owns its tasks.</summary>
internal sealed class MdnsReceiver : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _tasks;

    /// <summary>Starts reading.</summary>
    public MdnsReceiver(MdnsSockets sockets, ChannelWriter<MdnsPacket> packets) =>
        _tasks = Task.WhenAll(sockets.Open().Select(socket => Task.Run(() => ReadAsync(socket, packets, _stopping.Token))));

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _tasks;
        _stopping.Dispose();
    }

    private static async Task ReadAsync(Socket socket, ChannelWriter<MdnsPacket> packets, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[DnsReader.MaxPacket];
        var anybody = new IPEndPoint(socket.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        while (true)
        {
            try
            {
                SocketReceiveMessageFromResult got = await socket.ReceiveMessageFromAsync(buffer, SocketFlags.None, anybody, cancellationToken);
                if ((got.SocketFlags & SocketFlags.Truncated) == 0 && DnsReader.TryRead(buffer.AsSpan(0, got.ReceivedBytes), out DnsMessage? message))
                {
                    packets.TryWrite(new MdnsPacket(
                        message, (IPEndPoint)got.RemoteEndPoint, got.PacketInformation.Interface, IsGroup(got.PacketInformation.Address)));
                }
            }
            catch (SocketException)
            {
                // an error that an earlier packet caused; the socket goes on
            }
            catch (Exception ended) when (ended is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private static bool IsGroup(IPAddress? address) =>
        address is not null && (address.IsIPv6Multicast || (address.AddressFamily == AddressFamily.InterNetwork && (address.GetAddressBytes()[0] & 0xF0) == 0xE0));
}
