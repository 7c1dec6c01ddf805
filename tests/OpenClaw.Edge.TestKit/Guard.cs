using System.Runtime.CompilerServices;

namespace OpenClaw.Edge.TestKit;

/// <summary>Bounds every wait of a test: a signal that never comes is a failure with a name, not a hang.</summary>
public static class Guard
{
    /// <summary>The bound used where the test names none; generous, because the machine may be busy.</summary>
    public static TimeSpan Default { get; } = TimeSpan.FromSeconds(15);

    /// <summary>Awaits <paramref name="task"/>; throws <see cref="TimeoutException"/> naming <paramref name="what"/> when it takes longer than <paramref name="limit"/>.</summary>
    public static async Task Within(Task task, [CallerArgumentExpression(nameof(task))] string? what = null, TimeSpan? limit = null)
    {
        TimeSpan bound = limit ?? Default;
        try
        {
            await task.WaitAsync(bound);
        }
        catch (TimeoutException) when (!task.IsCompleted)
        {
            throw new TimeoutException($"Waited {bound.TotalSeconds:0.#} s for: {what}");
        }
    }

    /// <summary>Awaits <paramref name="task"/> and returns its value; see <see cref="Within(Task, string?, TimeSpan?)"/>.</summary>
    public static async Task<T> Within<T>(Task<T> task, [CallerArgumentExpression(nameof(task))] string? what = null, TimeSpan? limit = null)
    {
        await Within((Task)task, what, limit);
        return await task;
    }
}
