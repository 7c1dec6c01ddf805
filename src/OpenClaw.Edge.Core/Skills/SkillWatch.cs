using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Platform;

namespace OpenClaw.Edge.Skills;

/// <summary>Tells when skills change on the disk, to whoever has looked at them: it watches from <see cref="Arm"/> to <see cref="Rest"/>, and
/// costs nothing else. Thread-safe.</summary>
/// <param name="catalog">Finds the skills.</param>
/// <param name="agents">Whose skills.</param>
/// <param name="config">The configuration in force.</param>
/// <param name="time">Clock.</param>
/// <param name="logger">For a look that broke off.</param>
/// <param name="changed">Told the reason, on the pool: <c>watch</c>, or <c>watch-unavailable</c> when not every folder can be watched.</param>
public sealed partial class SkillWatch(
    SkillCatalog catalog, Func<IReadOnlyList<string>> agents, Func<ConfigSnapshot> config, TimeProvider time, ILogger logger, Action<string> changed) : IDisposable
{
    private const int MaxNoisyLooks = 30;
    private static readonly TimeSpan s_untilRetry = TimeSpan.FromSeconds(30); // guess: a disk that failed

    private readonly Lock _gate = new();
    private FolderWatch? _watch;
    private string _print = "";
    private long _lastNote;
    private int _looks; // since the first note that nobody was told of
    private bool _complete = true;
    private volatile bool _stale;
    private volatile bool _comparing;
    private volatile bool _resting;
    private volatile bool _broken;

    /// <summary>Folders that are watched at most; the rest is found when it is looked at.</summary>
    internal int MaxFolders { get; init; } = 256;

    /// <summary>Whether a look at the skills is under way.</summary>
    internal bool Busy => _comparing;

    /// <summary>Starts to watch, where it does not yet and <c>skills.load.watch</c> is on. Reads the disk.</summary>
    public void Arm()
    {
        bool incomplete = false;
        lock (_gate)
        {
            _resting = false;
            if (_watch is null && config().Config.Skills.Watch)
            {
                Renew();
                incomplete = !_complete;
            }
        }

        LetGo();
        if (incomplete)
        {
            changed("watch-unavailable");
        }
    }

    /// <summary>Stops to watch, until the next <see cref="Arm"/>. Waits for nothing: a look that is under way ends first.</summary>
    public void Rest()
    {
        _resting = true;
        LetGo();
    }

    /// <summary>Other folders may count from now on; what they hold is no news.</summary>
    public void Reconfigured() => _stale = true;

    /// <summary>Takes what the kernel has noted, and looks at the skills when it has been quiet for <c>skills.load.watchDebounceMs</c>. Meant to be
    /// called each second; it waits for nothing.</summary>
    public void Look()
    {
        if (_comparing || !_gate.TryEnter())
        {
            return; // it looks already
        }

        try
        {
            if (_watch is not { } watch)
            {
                return;
            }

            long now = time.GetTimestamp();
            bool noted = watch.Read();
            if (noted)
            {
                _lastNote = now;
            }

            _looks += noted || _looks > 0 ? 1 : 0;
            bool quiet = _looks > 0 && time.GetElapsedTime(_lastNote, now).TotalMilliseconds >= config().Config.Skills.WatchDebounceMs;
            if (quiet || _looks > MaxNoisyLooks || _stale || (_broken && time.GetElapsedTime(_lastNote, now) >= s_untilRetry))
            {
                _looks = 0;
                _comparing = true;
                ThreadPool.QueueUserWorkItem(static watch => watch.Compare(), this, preferLocal: false);
            }
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Rest();

    private void Compare()
    {
        try
        {
            if (Difference() is { } reason)
            {
                changed(reason);
            }

            _broken = false;
        }
        catch (Exception exception)
        {
            // the pool's edge: nobody else is there to hear of it
            if (!_broken)
            {
                Log.BrokeOff(logger, exception);
            }

            _lastNote = time.GetTimestamp();
            _broken = true;
        }
        finally
        {
            LetGo();
            _comparing = false;
        }
    }

    // Who holds the lock does it when it is through.
    private void LetGo()
    {
        if (!_resting || !_gate.TryEnter())
        {
            return;
        }

        try
        {
            if (_resting)
            {
                _watch?.Dispose();
                _watch = null;
                _looks = 0;
            }
        }
        finally
        {
            _gate.Exit();
        }
    }

    private string? Difference()
    {
        lock (_gate)
        {
            if (_watch is null)
            {
                return null;
            }

            bool stale = _stale;
            _stale = false;
            if (!config().Config.Skills.Watch)
            {
                _watch.Dispose();
                _watch = null;
                return null;
            }

            (string before, bool complete) = (_print, _complete);
            Renew();
            return !_complete && complete ? "watch-unavailable" : _print != before && !stale ? "watch" : null;
        }
    }

    // The old watches go first, as the kernel has only so many; the new ones are there before the skills are read: what changes meanwhile is noted.
    private void Renew()
    {
        IReadOnlyList<string> all = agents();
        _watch?.Dispose();
        _watch = new FolderWatch();
        SkillFolders folders = new(_watch, MaxFolders);
        bool complete = true;
        foreach (string agent in all)
        {
            foreach (string root in catalog.FoldersOf(agent))
            {
                complete &= folders.TryAddRoot(root);
            }
        }

        _complete = folders.TryAddInsides() && complete;
        StringBuilder print = new();
        foreach (string agent in all)
        {
            foreach (SkillState state in catalog.Of(agent).All)
            {
                print.Append(agent).Append('\n').Append(state.Skill.Manifest.Name).Append('\n').Append(state.Skill.FilePath).Append('\n')
                    .Append(state.Skill.Hash).Append('\n').Append(state.Held).Append('\n');
            }
        }

        _print = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(print.ToString())));
    }

    private static partial class Log
    {
        [LoggerMessage(2454, LogLevel.Error, "The look at skills that may have changed broke off; it is made again every 30 seconds until it works.")]
        public static partial void BrokeOff(ILogger logger, Exception exception);
    }
}
