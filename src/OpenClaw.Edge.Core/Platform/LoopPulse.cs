namespace OpenClaw.Edge.Platform;

/// <summary>Asks the main loops whether they turn, so that the watchdog is fed for work and not for being alive. Each loop gets
/// at most one question at a time, through its own queue or lock. Thread-safe.</summary>
public sealed class LoopPulse(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly List<Loop> _loops = [];

    /// <summary>Adds a loop. To be called while the gateway is put together.</summary>
    /// <param name="name">What a person calls it, such as <c>database writer</c>.</param>
    /// <param name="ask">Asks the loop; the task ends when it has answered. A failure is an answer too: a full disk is not a loop
    /// that stands still. Runs on the thread pool.</param>
    public void Watch(string name, Func<Task> ask)
    {
        lock (_gate)
        {
            _loops.Add(new Loop(name, ask));
        }
    }

    /// <summary>Asks every loop that owes no answer, and says which loop has owed one for longer than <paramref name="patience"/>,
    /// with the time; null when all turn. Returns at once.</summary>
    public string? Stuck(TimeSpan patience)
    {
        lock (_gate)
        {
            string? stuck = null;
            foreach (Loop loop in _loops)
            {
                if (loop.Answer.IsCompleted)
                {
                    _ = loop.Answer.Exception; // seen: a loop that fails still turns
                    loop.AskedAt = time.GetTimestamp();
                    loop.Answer = Task.Run(loop.Ask);
                }
                else if (time.GetElapsedTime(loop.AskedAt) is TimeSpan waiting && waiting > patience)
                {
                    stuck ??= $"the {loop.Name} has not turned for {(long)waiting.TotalSeconds} s";
                }
            }

            return stuck;
        }
    }

    private sealed class Loop(string name, Func<Task> ask)
    {
        public string Name => name;

        public Func<Task> Ask => ask;

        public Task Answer { get; set; } = Task.CompletedTask;

        public long AskedAt { get; set; }
    }
}
