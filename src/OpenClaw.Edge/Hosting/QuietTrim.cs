using OpenClaw.Edge.Agents;

namespace OpenClaw.Edge.Hosting;

/// <summary>Gives memory back when people have gone: the collector runs when something is allocated, and a gateway at rest allocates
/// nothing, so that what turns left would stay for hours. Thread-safe.</summary>
internal sealed class QuietTrim : IDisposable
{
    private static readonly TimeSpan s_first = TimeSpan.FromMinutes(3); // notes were indexed, the page was looked at
    private static readonly TimeSpan s_quiet = TimeSpan.FromSeconds(45); // guess: who reads an answer has asked again by then

    private readonly Func<bool> _isBusy;
    private readonly Action _trim;
    private readonly ITimer _timer;
    private readonly IDisposable _listening;

    /// <summary>Waits for the first quiet time.</summary>
    /// <param name="events">Turns, which end the quiet time.</param>
    /// <param name="isBusy">Whether a turn runs now; its end counts again.</param>
    /// <param name="trim">What gives memory back.</param>
    /// <param name="time">Clock.</param>
    public QuietTrim(RunEventHub events, Func<bool> isBusy, Action trim, TimeProvider time)
    {
        _isBusy = isBusy;
        _trim = trim;
        _timer = time.CreateTimer(_ => Strike(), null, s_first, Timeout.InfiniteTimeSpan);
        _listening = events.Listen(On);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _listening.Dispose();
        _timer.Dispose();
    }

    private void On(RunEvent told)
    {
        if (told is RunEndedEvent)
        {
            _timer.Change(s_quiet, Timeout.InfiniteTimeSpan);
        }
    }

    private void Strike()
    {
        if (!_isBusy())
        {
            _trim();
        }
    }
}
