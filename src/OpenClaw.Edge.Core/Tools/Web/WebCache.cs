namespace OpenClaw.Edge.Tools;

/// <summary>Keeps what was fetched for a while. Bounded by count and characters; the oldest go first. Thread-safe.</summary>
internal sealed class WebCache(TimeProvider time)
{
    private const int MaxEntries = 32;
    private const int MaxChars = 2_000_000; // 4 MB of memory

    private readonly Lock _gate = new();
    private readonly LinkedList<(string Key, WebPage Page, long At)> _entries = [];
    private int _chars;

    /// <summary>What was kept under a key within a time; null when nothing was.</summary>
    public WebPage? Find(string key, TimeSpan within)
    {
        lock (_gate)
        {
            for (LinkedListNode<(string Key, WebPage Page, long At)>? node = _entries.Last; node is not null; node = node.Previous)
            {
                if (node.Value.Key == key)
                {
                    return time.GetElapsedTime(node.Value.At) < within ? node.Value.Page : null;
                }
            }

            return null;
        }
    }

    /// <summary>Keeps a page.</summary>
    public void Keep(string key, WebPage page)
    {
        lock (_gate)
        {
            _entries.AddLast((key, page, time.GetTimestamp()));
            _chars += page.Text.Length;
            while (_entries.Count > MaxEntries || (_chars > MaxChars && _entries.Count > 1))
            {
                _chars -= _entries.First!.Value.Page.Text.Length;
                _entries.RemoveFirst();
            }
        }
    }
}
