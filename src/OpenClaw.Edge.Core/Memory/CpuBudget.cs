namespace OpenClaw.Edge.Memory;

/// <summary>Keeps background work to a share of one processor: after each piece of work comes a rest that fits it. Stateless.</summary>
internal static class CpuBudget
{
    /// <summary>Share of cutting and storing text.</summary>
    public const double TextShare = 0.25; // guess: on a four-core box a sixteenth of it

    /// <summary>Share of a model server's time on this machine.</summary>
    public const double ModelShare = 0.5; // guess: a person's question waits for half a batch at most

    private static readonly TimeSpan s_most = TimeSpan.FromSeconds(30);

    /// <summary>How long to rest after work that took so long.</summary>
    public static TimeSpan Rest(TimeSpan worked, double share)
    {
        TimeSpan rest = worked * ((1 / share) - 1);
        return rest > s_most ? s_most : rest;
    }

    /// <summary>Rests, or only lets others in when there was hardly any work.</summary>
    public static async Task RestAsync(TimeProvider time, TimeSpan worked, double share, CancellationToken cancellationToken)
    {
        if (Rest(worked, share) is { TotalMilliseconds: >= 1 } rest)
        {
            await Task.Delay(rest, time, cancellationToken);
        }
        else
        {
            await Task.Yield();
        }
    }
}
