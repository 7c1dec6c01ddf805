using System.Diagnostics.Tracing;

namespace OpenClaw.Edge.Tests.Http;

/// <summary>Hears when a large array goes back to the pool.</summary>
/// <param name="atLeast">Its length in bytes.</param>
internal sealed class ReturnedArrays(int atLeast) : EventListener
{
    private const int BufferReturned = 3;

    private readonly TaskCompletionSource _any = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Any => _any.Task;

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == "System.Buffers.ArrayPoolEventSource")
        {
            EnableEvents(eventSource, EventLevel.Verbose);
        }
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (eventData is { EventId: BufferReturned, Payload: [_, int length, ..] } && length >= atLeast)
        {
            _any.TrySetResult();
        }
    }
}
