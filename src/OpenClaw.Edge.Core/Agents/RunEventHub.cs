namespace OpenClaw.Edge.Agents;

/// <summary>Hands run events to everyone who listens, on the run's own thread. Listeners must not block and must copy what
/// they keep; their number is bounded by the number of front doors. Thread-safe.</summary>
public sealed class RunEventHub
{
    private Action<RunEvent>[] _listeners = [];

    /// <summary>How many connections see each text event now; runs pace their deltas by it.</summary>
    public int Audience { get; set; }

    /// <summary>Adds a listener until the returned handle is disposed.</summary>
    public IDisposable Listen(Action<RunEvent> listener)
    {
        ArgumentNullException.ThrowIfNull(listener);
        Swap(listeners => [.. listeners, listener]);
        return new Listening(this, listener);
    }

    /// <summary>Hands an event to all listeners.</summary>
    public void Publish(RunEvent runEvent)
    {
        foreach (Action<RunEvent> listener in Volatile.Read(ref _listeners))
        {
            listener(runEvent);
        }
    }

    private void Swap(Func<Action<RunEvent>[], Action<RunEvent>[]> change)
    {
        Action<RunEvent>[] before;
        do
        {
            before = Volatile.Read(ref _listeners);
        }
        while (Interlocked.CompareExchange(ref _listeners, change(before), before) != before);
    }

    private sealed class Listening(RunEventHub hub, Action<RunEvent> listener) : IDisposable
    {
        public void Dispose() => hub.Swap(listeners => [.. listeners.Where(other => other != listener)]);
    }
}
