namespace OpenClaw.Edge.Providers;

/// <summary>Slots of one model and those who wait for one. Keys take turns, so one busy session can not hold up the others;
/// within a key the first comes first. Thread-safe.</summary>
/// <param name="slots">How many there are now; asked at every coming and going, under the lock. At least one is always used.</param>
internal sealed class FairQueue(Func<int> slots)
{
    /// <summary>Calls that may wait; one more is refused.</summary>
    public const int MaxWaiting = 256; // guess: twice the streams of the largest measured load

    private readonly Lock _gate = new();
    private readonly LinkedList<KeyLine> _ring = new(); // the next key to serve is first
    private int _used;
    private int _waiting;

    private bool HasFree => _used < Math.Max(1, slots());

    /// <summary>Calls that wait now.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate)
            {
                return _waiting;
            }
        }
    }

    /// <summary>Takes a slot, or a place in the line; null when the line is full. The place's slot, once granted, is given
    /// back by disposing the place.</summary>
    public QueuePlace? Enter(string key)
    {
        lock (_gate)
        {
            if (HasFree && _waiting == 0)
            {
                _used++;
                return new QueuePlace(this, granted: true);
            }

            if (_waiting >= MaxWaiting)
            {
                return null;
            }

            var place = new QueuePlace(this, granted: false);
            KeyLine? line = _ring.FirstOrDefault(candidate => candidate.Key == key);
            if (line is null)
            {
                line = new KeyLine(key);
                _ring.AddLast(line);
            }

            line.Places.AddLast(place);
            _waiting++;
            Grant(); // there may be more slots than there were
            Renumber();
            return place;
        }
    }

    /// <summary>Gives a slot back, or leaves the line.</summary>
    internal void Leave(QueuePlace place)
    {
        lock (_gate)
        {
            if (place.IsGranted)
            {
                _used--;
                Grant();
            }
            else
            {
                foreach (KeyLine line in _ring)
                {
                    if (line.Places.Remove(place))
                    {
                        _waiting--;
                        if (line.Places.Count == 0)
                        {
                            _ring.Remove(line);
                        }

                        break;
                    }
                }
            }

            Renumber();
        }
    }

    private void Grant()
    {
        while (HasFree && _ring.First is { } head)
        {
            KeyLine line = head.Value;
            QueuePlace next = line.Places.First!.Value;
            line.Places.RemoveFirst();
            _ring.RemoveFirst();
            if (line.Places.Count > 0)
            {
                _ring.AddLast(line); // the key's next turn is after everybody else's
            }

            _used++;
            _waiting--;
            next.Grant();
        }
    }

    /// <summary>Tells everybody who waits how many go before.</summary>
    private void Renumber()
    {
        int position = 0;
        for (int round = 0; position < _waiting; round++)
        {
            foreach (KeyLine line in _ring)
            {
                if (line.Places.Count > round)
                {
                    line.Places.ElementAt(round).Move(position++);
                }
            }
        }
    }

    private sealed record KeyLine(string Key)
    {
        public LinkedList<QueuePlace> Places { get; } = new();
    }
}
