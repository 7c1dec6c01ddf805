namespace OpenClaw.Edge.Gateway;

/// <summary>A list that readers see without a lock and one writer at a time makes new versions of. Versions share an array
/// as long as it has room, so that a thousand connects do not copy a thousand arrays. What a version shows never changes.</summary>
internal sealed class ConnectionList
{
    private const int FirstCapacity = 16;

    private readonly GatewayConnection[] _items;

    private ConnectionList(GatewayConnection[] items, int count)
    {
        _items = items;
        Count = count;
    }

    /// <summary>The list without connections.</summary>
    public static ConnectionList Empty { get; } = new([], 0);

    /// <summary>Connections in it.</summary>
    public int Count { get; }

    /// <summary>The connections.</summary>
    public ReadOnlySpan<GatewayConnection> Span => _items.AsSpan(0, Count);

    /// <summary>A version with one more. Call it on the newest version only.</summary>
    public ConnectionList With(GatewayConnection connection)
    {
        GatewayConnection[] items = _items;
        if (Count == items.Length)
        {
            items = new GatewayConnection[Math.Max(FirstCapacity, Count * 2)];
            Span.CopyTo(items);
        }

        items[Count] = connection; // older versions end before it
        return new ConnectionList(items, Count + 1);
    }

    /// <summary>A version without one; this version when it is not there.</summary>
    public ConnectionList Without(GatewayConnection gone)
    {
        int index = Array.IndexOf(_items, gone, 0, Count);
        if (index < 0)
        {
            return this;
        }

        // A new array: readers of older versions still go through this one.
        GatewayConnection[] items = new GatewayConnection[Math.Max(FirstCapacity, Count)];
        Span[..index].CopyTo(items);
        Span[(index + 1)..].CopyTo(items.AsSpan(index));
        return new ConnectionList(items, Count - 1);
    }
}
