namespace OpenClaw.Edge.Hosting;

/// <summary>What a host owns, disposed once, in the reverse order of creation. A start that fails half-way leaves nothing
/// behind. Not thread-safe: used by the start and by the one stop.</summary>
internal sealed class OwnedParts : IAsyncDisposable
{
    private readonly Stack<object> _parts = new();

    /// <summary>Makes a part and owns it.</summary>
    public T Own<T>(Func<T> make)
        where T : class
    {
        T part = make();
        _parts.Push(part);
        return part;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        while (_parts.TryPop(out object? part))
        {
            if (part is IAsyncDisposable slow)
            {
                await slow.DisposeAsync();
            }
            else
            {
                (part as IDisposable)?.Dispose();
            }
        }
    }
}
