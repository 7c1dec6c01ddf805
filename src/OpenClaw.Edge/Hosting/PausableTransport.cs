using System.Net;
using Microsoft.AspNetCore.Connections;

namespace OpenClaw.Edge.Hosting;

/// <summary>A transport that can stop taking connections while those that it has go on: whoever calls then waits in the listener's queue,
/// which the next process of this gateway takes over. The web server knows no such thing: it stops both at once.</summary>
internal sealed class PausableTransport(IConnectionListenerFactory inner) : IConnectionListenerFactory
{
    private readonly List<Listener> _listeners = [];

    /// <inheritdoc />
    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        Listener listener = new(await inner.BindAsync(endpoint, cancellationToken));
        _listeners.Add(listener);
        return listener;
    }

    /// <summary>Closes the listening sockets; the web server goes on with its connections and waits for the next one.</summary>
    public async Task PauseAsync()
    {
        foreach (Listener listener in _listeners)
        {
            await listener.PauseAsync();
        }
    }

    private sealed class Listener(IConnectionListener inner) : IConnectionListener
    {
        private readonly TaskCompletionSource _unbound = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private volatile bool _paused;

        public EndPoint EndPoint => inner.EndPoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            ConnectionContext? connection = await inner.AcceptAsync(cancellationToken);
            if (connection is null && _paused)
            {
                await _unbound.Task.WaitAsync(cancellationToken);
            }

            return connection;
        }

        public ValueTask PauseAsync()
        {
            _paused = true;
            return inner.UnbindAsync();
        }

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            _unbound.TrySetResult();
            return inner.UnbindAsync(cancellationToken);
        }

        public ValueTask DisposeAsync()
        {
            _unbound.TrySetResult();
            return inner.DisposeAsync();
        }
    }
}
