namespace OpenClaw.Edge.Providers;

/// <summary>A slot, or a place in the line for one. Disposing gives either back.</summary>
internal sealed class QueuePlace(FairQueue queue, bool granted) : IDisposable
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = NewSignal();
    private bool _granted = granted;
    private bool _left;
    private int _before;

    /// <summary>Whether the slot is ours.</summary>
    public bool IsGranted
    {
        get
        {
            lock (_gate)
            {
                return _granted;
            }
        }
    }

    /// <summary>Calls before this one, and a task that completes when that changes or the slot is ours.</summary>
    public (bool Granted, int Before, Task Changed) State
    {
        get
        {
            lock (_gate)
            {
                return (_granted, _before, _changed.Task);
            }
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        lock (_gate)
        {
            if (_left)
            {
                return;
            }

            _left = true;
        }

        queue.Leave(this);
    }

    internal void Grant() => Change(granted: true, before: 0);

    internal void Move(int before) => Change(granted: false, before);

    private void Change(bool granted, int before)
    {
        lock (_gate)
        {
            if (_granted == granted && _before == before)
            {
                return;
            }

            _granted = granted;
            _before = before;
            _changed.TrySetResult();
            _changed = NewSignal();
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
