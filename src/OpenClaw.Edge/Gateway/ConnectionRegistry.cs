using System.Net;

namespace OpenClaw.Edge.Gateway;

/// <summary>The open sockets: all of them, and those that have said hello. Thread-safe; readers never lock.</summary>
internal sealed class ConnectionRegistry
{
    /// <summary>Most sockets at once.</summary>
    public const int MaxConnections = 10_000; // guess: 10,000 * 20 KB is what a 1 GB board can spare

    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, int> _unauthenticated = [];
    private volatile ConnectionList _all = ConnectionList.Empty;
    private volatile ConnectionList _ready = ConnectionList.Empty;

    /// <summary>Every open socket, as of now.</summary>
    public ReadOnlySpan<GatewayConnection> All => _all.Span;

    /// <summary>Sockets that have said hello, as of now.</summary>
    public ReadOnlySpan<GatewayConnection> Ready => _ready.Span;

    /// <summary>Reserves a place for a socket that has not said hello; false when the address or the gateway has too many.</summary>
    /// <param name="address">Whose.</param>
    /// <param name="limit">Most such sockets of one address.</param>
    public bool TryReserve(IPAddress address, int limit)
    {
        lock (_gate)
        {
            int open = _unauthenticated.GetValueOrDefault(address);
            if (open >= limit || _all.Count >= MaxConnections)
            {
                return false;
            }

            _unauthenticated[address] = open + 1;
            return true;
        }
    }

    /// <summary>Gives a reserved place back: the socket said hello, or ended.</summary>
    public void Release(IPAddress address)
    {
        lock (_gate)
        {
            if (_unauthenticated.TryGetValue(address, out int open) && open > 1)
            {
                _unauthenticated[address] = open - 1;
            }
            else
            {
                _unauthenticated.Remove(address);
            }
        }
    }

    /// <summary>Adds a socket.</summary>
    public void Add(GatewayConnection connection)
    {
        lock (_gate)
        {
            _all = _all.With(connection);
        }
    }

    /// <summary>Notes that a socket has said hello.</summary>
    public void AddReady(GatewayConnection connection)
    {
        lock (_gate)
        {
            _ready = _ready.With(connection);
        }
    }

    /// <summary>Forgets a socket; true when it had said hello.</summary>
    public bool Remove(GatewayConnection connection)
    {
        lock (_gate)
        {
            _all = _all.Without(connection);
            ConnectionList before = _ready;
            _ready = before.Without(connection);
            return _ready.Count != before.Count;
        }
    }
}
