using System.Threading.Channels;

namespace OpenClaw.Edge.Configuration;

/// <summary>Reloads the configuration when its file, or one that it includes, changes. Watches the folders those files
/// lie in, not below them; survives editors that write a new file and rename it. One loop; dispose once.</summary>
public sealed class ConfigWatcher : IAsyncDisposable
{
    private const int MaxFolders = 16;
    private const int MaxQuietRounds = 10;

    private readonly Dictionary<string, FileSystemWatcher> _watchers = new(StringComparer.Ordinal);
    private readonly Channel<bool> _signals = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    private readonly CancellationTokenSource _stopping = new();
    private readonly ConfigStore _store;
    private readonly TimeProvider _clock;
    private readonly Action<IReadOnlyList<ConfigProblem>>? _reloaded;
    private readonly Task _loop;
    private volatile HashSet<string> _files = [];

    /// <summary>Starts to watch.</summary>
    /// <param name="store">Store made by <see cref="ConfigStore.Open"/>.</param>
    /// <param name="clock">Clock of the quiet time after a change, <c>gateway.reload.debounceMs</c>.</param>
    /// <param name="reloaded">Called after each reload with its problems, on the watcher's loop.</param>
    public ConfigWatcher(ConfigStore store, TimeProvider clock, Action<IReadOnlyList<ConfigProblem>>? reloaded = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(clock);
        _store = store;
        _clock = clock;
        _reloaded = reloaded;
        Watch(store.Current);
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Folders that are watched now.</summary>
    public IReadOnlyCollection<string> Folders => _watchers.Keys;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _loop;
        foreach (FileSystemWatcher watcher in _watchers.Values)
        {
            watcher.Dispose();
        }
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            while (await _signals.Reader.WaitToReadAsync(_stopping.Token))
            {
                ReloadConfig reload = _store.Current.Config.Gateway.Reload;
                // another change starts the quiet time anew, but a file that is always written does not wait for ever
                for (int round = 0; round < MaxQuietRounds && _signals.Reader.TryRead(out _); round++)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(reload.DebounceMs), _clock, _stopping.Token);
                }
                if (reload.Mode == "off")
                {
                    continue;
                }
                IReadOnlyList<ConfigProblem> problems = await _store.ReloadAsync(_stopping.Token);
                Watch(_store.Current);
                _reloaded?.Invoke(problems);
            }
        }
        catch (OperationCanceledException)
        {
            // disposed
        }
    }

    private void Watch(ConfigSnapshot snapshot)
    {
        HashSet<string> files = [.. WithTarget(snapshot.Path), .. snapshot.Includes.SelectMany(WithTarget)];
        _files = files;
        HashSet<string> folders = [.. files.Select(file => Path.GetDirectoryName(file)!).Take(MaxFolders)];
        foreach (string gone in _watchers.Keys.Where(folder => !folders.Contains(folder)).ToArray())
        {
            _watchers[gone].Dispose();
            _watchers.Remove(gone);
        }
        foreach (string folder in folders)
        {
            if (!_watchers.ContainsKey(folder) && Directory.Exists(folder))
            {
                _watchers[folder] = Start(folder);
            }
        }
    }

    /// <summary>A mounted configuration is often a link to a link (Kubernetes): the final file is watched as well.</summary>
    private static IEnumerable<string> WithTarget(string file)
    {
        yield return file;
        FileSystemInfo? target = null;
        try
        {
            target = File.ResolveLinkTarget(file, returnFinalTarget: true);
        }
        catch (IOException)
        {
            // gone or a circle of links; the loader will say so
        }
        if (target is not null)
        {
            yield return target.FullName;
        }
    }

    private FileSystemWatcher Start(string folder)
    {
        var watcher = new FileSystemWatcher(folder)
        {
            IncludeSubdirectories = false,
            NotifyFilter = NotifyFilters.FileName | NotifyFilters.LastWrite | NotifyFilters.CreationTime,
        };
        watcher.Changed += OnEvent;
        watcher.Created += OnEvent;
        watcher.Deleted += OnEvent;
        watcher.Renamed += (_, change) =>
        {
            if (_files.Contains(change.FullPath) || _files.Contains(change.OldFullPath))
            {
                _signals.Writer.TryWrite(true);
            }
        };
        watcher.Error += (_, _) => _signals.Writer.TryWrite(true); // events were lost: look again
        watcher.EnableRaisingEvents = true;
        return watcher;

        void OnEvent(object sender, FileSystemEventArgs change)
        {
            if (_files.Contains(change.FullPath))
            {
                _signals.Writer.TryWrite(true);
            }
        }
    }
}
