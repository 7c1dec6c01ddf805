using System.Collections.Concurrent;
using OpenClaw.Edge.Agents;

namespace OpenClaw.Edge.Http;

/// <summary>The one listener of this port on the run events: hands each to the request that waits for it. Bounded by the
/// number of requests. Thread-safe.</summary>
internal sealed class RunStreams : IDisposable
{
    private readonly ConcurrentDictionary<string, RunStream> _open = new(StringComparer.Ordinal);
    private readonly IDisposable _listening;
    private int _count;

    /// <summary>Begins to listen.</summary>
    public RunStreams(RunEventHub events) => _listening = events.Listen(On);

    /// <summary>Listens for a run that is about to start; dispose it with the request.</summary>
    public RunStream Open(string runId)
    {
        RunStream stream = new(this, runId);
        _open[runId] = stream;
        Interlocked.Increment(ref _count);
        return stream;
    }

    /// <summary>Forgets a stream.</summary>
    public void Close(RunStream stream)
    {
        if (_open.TryRemove(new KeyValuePair<string, RunStream>(stream.RunId, stream)))
        {
            Interlocked.Decrement(ref _count);
        }
    }

    /// <summary>Stops listening.</summary>
    public void Dispose() => _listening.Dispose();

    private void On(RunEvent runEvent)
    {
        if (Volatile.Read(ref _count) > 0 && _open.TryGetValue(runEvent.Run.Id, out RunStream? stream))
        {
            stream.On(runEvent);
        }
    }
}
