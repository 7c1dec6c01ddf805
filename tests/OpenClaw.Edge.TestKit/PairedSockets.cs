using System.Net;
using System.Net.Sockets;

namespace OpenClaw.Edge.TestKit;

/// <summary>Two ends of one real loopback TCP connection, both without Nagle's delay.</summary>
public sealed class PairedSockets : IDisposable
{
    private PairedSockets(Socket client, Socket server)
    {
        Client = client;
        Server = server;
    }

    /// <summary>The end that connected.</summary>
    public Socket Client { get; }

    /// <summary>The end that accepted.</summary>
    public Socket Server { get; }

    /// <summary>Opens a connection on a free port.</summary>
    public static async Task<PairedSockets> OpenAsync()
    {
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        Task<Socket> accepted = listener.AcceptAsync();
        await client.ConnectAsync(listener.LocalEndPoint!);
        Socket server = await Guard.Within(accepted);
        server.NoDelay = true;
        return new PairedSockets(client, server);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Client.Dispose();
        Server.Dispose();
    }
}
