using System.Net;
using OpenClaw.Edge.Protocol.Gateway;

namespace OpenClaw.Edge.Gateway;

/// <summary>The open sockets: all of them, and those that have said hello. Thread-safe; readers never lock.</summary>
internal sealed class ConnectionRegistry
{
    /// <summary>Most sockets at once.</summary>
    public const int MaxConnections = 10_000; // guess: 10,000 * 20 KB is what a 1 GB board can spare

    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, int> _unauthenticated = [];
    private volatile GatewayConnection[] _all = [];
    private volatile GatewayConnection[] _ready = [];

    /// <summary>Every open socket.</summary>
    public GatewayConnection[] All => _all;

    /// <summary>Sockets that have said hello. Do not change the array.</summary>
    public GatewayConnection[] Ready => _ready;

    /// <summary>Reserves a place for a socket that has not said hello; false when the address or the gateway has too many.</summary>
    public bool TryReserve(IPAddress address)
    {
        lock (_gate)
        {
            int open = _unauthenticated.GetValueOrDefault(address);
            if (open >= ProtocolLimits.MaxUnauthenticatedPerAddress || _all.Length >= MaxConnections)
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
            _all = [.. _all, connection];
        }
    }

    /// <summary>Notes that a socket has said hello.</summary>
    public void AddReady(GatewayConnection connection)
    {
        lock (_gate)
        {
            _ready = [.. _ready, connection];
        }
    }

    /// <summary>Forgets a socket; true when it had said hello.</summary>
    public bool Remove(GatewayConnection connection)
    {
        lock (_gate)
        {
            _all = Without(_all, connection);
            GatewayConnection[] before = _ready;
            _ready = Without(before, connection);
            return _ready.Length != before.Length;
        }
    }

    private static GatewayConnection[] Without(GatewayConnection[] list, GatewayConnection gone)
    {
        int index = Array.IndexOf(list, gone);
        return index < 0 ? list : [.. list.AsSpan(0, index), .. list.AsSpan(index + 1)];
    }
}
