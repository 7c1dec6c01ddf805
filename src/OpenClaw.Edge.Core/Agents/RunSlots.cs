namespace OpenClaw.Edge.Agents;

/// <summary>How many turns run at once over all sessions of a lane. Waiting turns are served in the order they came; a session has at
/// most one turn here, so no session can hold more than its share. Thread-safe.</summary>
internal sealed class RunSlots(Func<int> capacity)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<Ticket> _waiting = [];
    private int _used;

    /// <summary>Takes a slot, or a place in the queue; <see cref="Ticket.Granted"/> completes when the slot is there.</summary>
    /// <param name="onMoved">Told the number of turns before this one, whenever it changes.</param>
    /// <param name="onReturned">Told when the slot or the place was given back.</param>
    public Ticket Take(Action<int> onMoved, Action<RunSlots>? onReturned = null)
    {
        Ticket ticket = new(this, onMoved, onReturned);
        int position;
        lock (_gate)
        {
            if (_waiting.Count == 0 && _used < Math.Max(1, capacity()))
            {
                _used++;
                ticket.Grant();
                return ticket;
            }

            ticket.Node = _waiting.AddLast(ticket);
            position = _waiting.Count;
        }

        onMoved(position);
        return ticket;
    }

    private void Release(Ticket ticket)
    {
        Ticket[] moved;
        lock (_gate)
        {
            if (ticket.Node is { } node)
            {
                _waiting.Remove(node);
                ticket.Node = null;
            }
            else
            {
                _used--;
            }

            while (_used < Math.Max(1, capacity()) && _waiting.First is { } next)
            {
                _waiting.RemoveFirst();
                next.Value.Node = null;
                _used++;
                next.Value.Grant();
            }

            moved = [.. _waiting];
        }

        for (int index = 0; index < moved.Length; index++)
        {
            moved[index].Moved(index + 1);
        }
    }

    /// <summary>A slot or a place in the queue; disposing gives it back.</summary>
    internal sealed class Ticket(RunSlots slots, Action<int> onMoved, Action<RunSlots>? onReturned) : IDisposable
    {
        private readonly TaskCompletionSource _granted = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _returned;

        /// <summary>Completes when the turn may run.</summary>
        public Task Granted => _granted.Task;

        /// <summary>Place in the queue; null when granted. Guarded by the slots' lock.</summary>
        public LinkedListNode<Ticket>? Node { get; set; }

        public void Grant() => _granted.TrySetResult();

        public void Moved(int position) => onMoved(position);

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _returned, 1) == 0)
            {
                slots.Release(this);
                onReturned?.Invoke(slots);
            }
        }
    }
}
