using Microsoft.Extensions.Logging;
using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Memory;

/// <summary>Says when notes change: watches what agents that have notes have them in. Where the system has no watches left, searches
/// find changes alone. Thread-safe.</summary>
internal sealed partial class MemoryWatch(Action<string> touch, ILogger logger) : IDisposable
{
    private const int MaxFolders = 32; // each is a watch of the system and a thread of ours

    private readonly Dictionary<string, (FileSystemWatcher Watcher, string AgentId)> _watchers = new(StringComparer.Ordinal);
    private bool _ended;
    private bool _told;

    /// <summary>Watches an agent's folders, and no longer those that it had before.</summary>
    public void Follow(MemoryScope scope)
    {
        Dictionary<string, bool> wanted = scope is { HasNotes: true, Settings.Watch: true } ? Folders(scope) : [];
        lock (_watchers)
        {
            if (_ended)
            {
                return;
            }

            foreach (string gone in _watchers.Where(row => row.Value.AgentId == scope.AgentId && !wanted.ContainsKey(row.Key)).Select(row => row.Key).ToArray())
            {
                _watchers.Remove(gone, out (FileSystemWatcher Watcher, string) row);
                row.Watcher.Dispose();
            }

            foreach ((string folder, bool below) in wanted)
            {
                if (!_watchers.ContainsKey(folder) && _watchers.Count < MaxFolders)
                {
                    Start(folder, below, scope.AgentId);
                }
            }
        }
    }

    /// <summary>Whether anything of an agent is watched.</summary>
    public bool Follows(string agentId)
    {
        lock (_watchers)
        {
            return _watchers.Values.Any(row => row.AgentId == agentId);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        lock (_watchers)
        {
            _ended = true;
            foreach ((FileSystemWatcher watcher, _) in _watchers.Values)
            {
                watcher.Dispose();
            }

            _watchers.Clear();
        }
    }

    private static Dictionary<string, bool> Folders(MemoryScope scope)
    {
        Dictionary<string, bool> folders = [];
        if (Directory.Exists(scope.Workspace))
        {
            folders[scope.Workspace] = false;
        }

        if (Path.Combine(scope.Workspace, "memory") is var notes && Directory.Exists(notes) && new DirectoryInfo(notes).LinkTarget is null)
        {
            folders[notes] = true;
        }

        foreach (MemoryExtraPath extra in scope.Settings.ExtraPaths)
        {
            (string place, string inner) = MemoryFolder.Place(scope.Workspace, extra);
            if (Directory.Exists(place))
            {
                folders.TryAdd(place, inner == ".");
            }
        }

        return folders;
    }

    // Adds the watcher, or says once why there is none.
    private void Start(string folder, bool below, string agentId)
    {
        FileSystemWatcher watcher = new();
        _watchers.Add(folder, (watcher, agentId));
        try
        {
            watcher.Path = folder;
            watcher.IncludeSubdirectories = below;
            watcher.NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite | NotifyFilters.CreationTime;
            watcher.Changed += On;
            watcher.Created += On;
            watcher.Deleted += On;
            watcher.Renamed += (_, change) => Tell(change.Name, change.OldName);
            watcher.Error += (_, _) => touch(agentId); // events were lost: look again
            watcher.EnableRaisingEvents = true;
        }
        catch (Exception none) when (none is IOException or UnauthorizedAccessException or ArgumentException)
        {
            _watchers.Remove(folder);
            watcher.Dispose();
            if (!_told)
            {
                _told = true;
                Log.None(logger, folder, none.Message);
            }
        }

        void On(object sender, FileSystemEventArgs change) => Tell(change.Name, change.Name);

        void Tell(string? now, string? before)
        {
            if (below || now is null || Concerns(now) || (before is not null && Concerns(before)))
            {
                touch(agentId);
            }
        }

        static bool Concerns(string name) => name == "memory" || name.EndsWith(".md", StringComparison.OrdinalIgnoreCase);
    }

    private static partial class Log
    {
        [LoggerMessage(2404, LogLevel.Warning, "{Folder} cannot be watched ({Reason}): changed notes are found by the next search instead.")]
        public static partial void None(ILogger logger, string folder, string reason);
    }
}
