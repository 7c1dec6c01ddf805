using System.Security.Cryptography;
using System.Text;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Platform;

namespace OpenClaw.Edge.Skills;

/// <summary>Tells when skills change on the disk, to whoever has looked at them: it watches from <see cref="Arm"/> to <see cref="Rest"/>, and
/// costs nothing else. Thread-safe.</summary>
/// <param name="catalog">Finds the skills.</param>
/// <param name="agents">Whose skills.</param>
/// <param name="config">The configuration in force.</param>
/// <param name="time">Clock.</param>
/// <param name="changed">Told the reason, on the pool: <c>watch</c>, or <c>watch-unavailable</c> when not every folder can be watched.</param>
public sealed class SkillWatch(
    SkillCatalog catalog, Func<IReadOnlyList<string>> agents, Func<ConfigSnapshot> config, TimeProvider time, Action<string> changed) : IDisposable
{
    private const int MaxNoisyLooks = 30;

    private readonly Lock _gate = new();
    private FolderWatch? _watch;
    private string _print = "";
    private long _lastNote;
    private int _looks; // since the first note that nobody was told of
    private bool _complete = true;
    private volatile bool _stale;
    private volatile bool _comparing;

    /// <summary>Folders that are watched at most; the rest is found when it is looked at.</summary>
    internal int MaxFolders { get; init; } = 256;

    /// <summary>Whether a look at the skills is under way.</summary>
    internal bool Busy => _comparing;

    /// <summary>Starts to watch, where it does not yet and <c>skills.load.watch</c> is on. Reads the disk.</summary>
    public void Arm()
    {
        lock (_gate)
        {
            if (_watch is not null || !config().Config.Skills.Watch)
            {
                return;
            }

            Renew();
        }

        if (!_complete)
        {
            changed("watch-unavailable");
        }
    }

    /// <summary>Stops to watch, until the next <see cref="Arm"/>.</summary>
    public void Rest()
    {
        lock (_gate)
        {
            _watch?.Dispose();
            _watch = null;
            _looks = 0;
        }
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
            if (quiet || _looks > MaxNoisyLooks || _stale)
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
        }
        finally
        {
            _comparing = false;
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

    // The new watches are there before the skills are read: what changes meanwhile is noted.
    private void Renew()
    {
        FolderWatch watch = new();
        _complete = true;
        foreach (string agent in agents())
        {
            foreach (string root in catalog.FoldersOf(agent))
            {
                _complete &= Add(watch, root, 0);
            }
        }

        _watch?.Dispose();
        _watch = watch;
        StringBuilder print = new();
        foreach (string agent in agents())
        {
            foreach (SkillState state in catalog.Of(agent).All)
            {
                print.Append(agent).Append('\n').Append(state.Skill.Manifest.Name).Append('\n').Append(state.Skill.FilePath).Append('\n')
                    .Append(state.Skill.Hash).Append('\n').Append(state.Held).Append('\n');
            }
        }

        _print = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(print.ToString())));
    }

    // A folder that is not there yet is waited for in the nearest one that is. As SkillFinder looks: groups, and nothing below a skill.
    private bool Add(FolderWatch watch, string folder, int depth)
    {
        if (!Directory.Exists(folder))
        {
            string? above = Path.GetDirectoryName(folder);
            string? name = Path.GetFileName(folder);
            while (above is not null && !Directory.Exists(above))
            {
                (above, name) = (Path.GetDirectoryName(above), Path.GetFileName(above));
            }

            return above is null || watch.TryAdd(above, name);
        }

        if (watch.Count >= MaxFolders || !watch.TryAdd(folder, name: null))
        {
            return false;
        }

        if (depth >= SkillFinder.MaxDepth || File.Exists(Path.Combine(folder, SkillPlace.FileName)))
        {
            return true;
        }

        bool all = true;
        try
        {
            foreach (string child in Directory.EnumerateDirectories(folder))
            {
                all &= !all || Path.GetFileName(child) is ['.', ..] or "node_modules" || Add(watch, child, depth + 1);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return all; // gone meanwhile, or not ours to read: the catalogue says so
        }

        return all;
    }
}
