using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace OpenClaw.Edge.TestKit;

/// <summary>Waits for what gives no signal: another program's doing, a file, a line of a log. The one place of the tests that looks again
/// and again; where there is a signal, <see cref="Guard"/> waits for that.</summary>
public static class Eventually
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_bound = TimeSpan.FromSeconds(60); // generous, because the machine may be busy

    /// <summary>Returns when <paramref name="holds"/> is true; throws <see cref="TimeoutException"/> naming <paramref name="what"/> when it takes longer
    /// than <paramref name="limit"/> (60 s).</summary>
    public static Task HoldsAsync(Func<bool> holds, [CallerArgumentExpression(nameof(holds))] string? what = null, TimeSpan? limit = null) =>
        IsAsync(() => Task.FromResult(holds()), yes => yes, what, limit);

    /// <summary>As <see cref="HoldsAsync(Func{bool}, string?, TimeSpan?)"/>, for what must be asked for.</summary>
    public static Task HoldsAsync(Func<Task<bool>> holds, [CallerArgumentExpression(nameof(holds))] string? what = null, TimeSpan? limit = null) =>
        IsAsync(holds, yes => yes, what, limit);

    /// <summary>Looks until what it sees is wanted, and returns that; throws <see cref="TimeoutException"/> with what it saw last.</summary>
    public static async Task<T> IsAsync<T>(
        Func<Task<T>> look,
        Func<T, bool> wanted,
        [CallerArgumentExpression(nameof(wanted))] string? what = null,
        TimeSpan? limit = null)
    {
        using PeriodicTimer beat = new(s_pause);
        TimeSpan bound = limit ?? s_bound;
        for (Stopwatch watch = Stopwatch.StartNew(); ;)
        {
            T seen = await look();
            if (wanted(seen))
            {
                return seen;
            }

            if (watch.Elapsed > bound)
            {
                throw new TimeoutException($"Waited {bound.TotalSeconds:0.#} s for: {what}; last seen: {seen}");
            }

            await beat.WaitForNextTickAsync();
        }
    }
}
