using System.Diagnostics;
using OpenClaw.Edge.TestKit;

namespace OpenClaw.Edge.Tests.Gateway;

/// <summary>The system's clock, which holds the first thread that looks at it from a certain method until the test lets it go on.</summary>
internal sealed class StoppingClock : TimeProvider, IDisposable
{
    private readonly TaskCompletionSource stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ManualResetEventSlim door = new();
    private volatile string? place;
    private TimeSpan leap;

    /// <summary>Holds the next look from this method, as a stack trace names it.</summary>
    public void StopAt(string method) => place = method;

    /// <summary>Waits until a thread is held.</summary>
    public Task StoppedAsync() => Guard.Within(stopped.Task, "a look at the clock");

    /// <summary>Lets it go on, so much later.</summary>
    public void GoOn(TimeSpan later = default)
    {
        leap = later;
        door.Set();
    }

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        if (place is { } method && new StackTrace().ToString().Contains(method, StringComparison.Ordinal))
        {
            place = null;
            stopped.SetResult();
            door.Wait(Guard.Default);
        }

        return base.GetUtcNow() + leap;
    }

    /// <inheritdoc/>
    public void Dispose() => door.Dispose();
}
