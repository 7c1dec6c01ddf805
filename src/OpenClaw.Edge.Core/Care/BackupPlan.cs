using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Platform;
using OpenClaw.Edge.Storage;

namespace OpenClaw.Edge.Care;

/// <summary>What a backup will hold: found by walking, nothing opened but the first bytes of databases.</summary>
public sealed class BackupPlan
{
    private const int MostFiles = 1_000_000;
    private const int MostSkips = 1000;
    private const int MostDepth = 64;

    // Of the state folder: made anew, or the copies themselves.
    private static readonly string[] Rebuilt = ["logs", "tmp", "backups", "gateway.lock", "gateway.pid"];

    // Of the state folder: only where asked for.
    private static readonly string[] Secret = ["secrets", "identity", "credentials", "gateway-token", "gateway-token.previous", ".env"];

    private readonly List<BackupSource> _sources = [];
    private readonly List<BackupRoot> _roots = [];
    private readonly List<BackupSkip> _skipped = [];
    private readonly HashSet<string> _covered = new(StringComparer.Ordinal);

    private BackupPlan()
    {
    }

    /// <summary>Files, in the order of the archive.</summary>
    public IReadOnlyList<BackupSource> Sources => _sources;

    /// <summary>Where its folders come from.</summary>
    public IReadOnlyList<BackupRoot> Roots => _roots;

    /// <summary>What is left out; the first thousand.</summary>
    public IReadOnlyList<BackupSkip> Skipped => _skipped;

    /// <summary>Bytes of all files, before compression.</summary>
    public long Bytes => _sources.Sum(source => source.Size);

    /// <summary>Walks what <paramref name="request"/> names.</summary>
    /// <exception cref="CareException">There is nothing to back up, or too much.</exception>
    public static BackupPlan For(BackupRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        BackupPlan plan = new();
        StatePaths paths = request.Paths;
        if (request.OnlyConfig)
        {
            plan.AddFile("config", paths.ConfigPath);
            return plan._sources.Count > 0
                ? plan
                : throw new CareException(CareFailure.Refused, $"{paths.ConfigPath} is not there: nothing to back up");
        }

        if (!Directory.Exists(paths.StateDir))
        {
            throw new CareException(CareFailure.Refused, $"{paths.StateDir} (from {paths.StateDirSource}) is not there: nothing to back up; name the state with --state-dir or --profile");
        }

        List<(string Agent, string Path)> workspaces =
            [.. request.Config.Config.Agents.Ids.Select(agent => (agent, Full(request.Config.Config.Agents.WorkspaceOf(agent, paths))))];
        HashSet<string> left = [.. Rebuilt.Concat(request.Credentials ? [] : Secret).Select(name => Path.Combine(paths.StateDir, name))];
        left.Add(request.Credentials ? "" : Full(paths.SecretDir));
        left.UnionWith(workspaces.Select(workspace => workspace.Path)); // walked by themselves, or not at all

        plan.Walk("state", Full(paths.StateDir), left, ours: true, cancellationToken);
        plan.AddFile("config", paths.ConfigPath);
        int number = 0;
        foreach (string include in request.Config.Includes)
        {
            plan.AddFile($"include/{number++}", include);
        }

        if (request.Credentials && Directory.Exists(paths.SecretDir))
        {
            plan.Walk("secrets", Full(paths.SecretDir), left, ours: true, cancellationToken);
        }

        foreach ((string agent, string path) in request.Workspaces ? workspaces : [])
        {
            if (Directory.Exists(path))
            {
                plan.Walk($"workspace/{agent}", path, [.. left, Full(paths.StateDir)], ours: false, cancellationToken);
            }
        }

        return plan;
    }

    private static string Full(string path) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));

    // One file in a folder of its own; unless a walk has it.
    private void AddFile(string root, string path)
    {
        if (File.Exists(path) && _covered.Add(path))
        {
            _roots.Add(new BackupRoot(root, Path.GetDirectoryName(path)!));
            _sources.Add(new BackupSource(path, $"{root}/{Path.GetFileName(path)}", new FileInfo(path).Length, IsDatabase: false));
        }
    }

    private void Walk(string root, string top, HashSet<string> left, bool ours, CancellationToken cancellationToken)
    {
        int before = _sources.Count;
        Stack<(string Path, int Depth)> folders = new([(top, 0)]);
        while (folders.TryPop(out (string Path, int Depth) folder))
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (FileSystemInfo entry in Entries(folder.Path))
            {
                if (left.Contains(entry.FullName) || !_covered.Add(entry.FullName))
                {
                    continue;
                }

                if (entry.LinkTarget is not null)
                {
                    Skip(entry.FullName, "link");
                }
                else if (entry is DirectoryInfo)
                {
                    if (folder.Depth < MostDepth)
                    {
                        folders.Push((entry.FullName, folder.Depth + 1));
                    }
                    else
                    {
                        Skip(entry.FullName, "too-deep");
                    }
                }
                else
                {
                    Add(root, top, (FileInfo)entry, ours);
                }
            }
        }

        if (_sources.Count > before)
        {
            _roots.Add(new BackupRoot(root, top));
        }
    }

    private FileSystemInfo[] Entries(string folder)
    {
        try
        {
            FileSystemInfo[] entries = new DirectoryInfo(folder).GetFileSystemInfos();
            Array.Sort(entries, static (left, right) => string.CompareOrdinal(left.Name, right.Name));
            return entries;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Skip(folder, e is DirectoryNotFoundException ? "vanished" : "unreadable");
            return [];
        }
    }

    private void Add(string root, string top, FileInfo file, bool ours)
    {
        if (ours && IsPassing(file.Name))
        {
            return;
        }

        if (FileFacts.Of(file.FullName) is not { IsRegular: true })
        {
            Skip(file.FullName, "not-a-file");
            return;
        }

        if (_sources.Count >= MostFiles)
        {
            throw new CareException(CareFailure.Refused, $"{top} holds more than {MostFiles} files; leave workspaces out with --no-include-workspace");
        }

        string member = $"{root}/{Path.GetRelativePath(top, file.FullName)}";
        _sources.Add(new BackupSource(file.FullName, member, file.Length, ours && IsDatabase(file.FullName)));
    }

    // A draft of AtomicFile, and what SQLite's copy of the database has in it.
    private static bool IsPassing(string name) =>
        (name.StartsWith('.') && name.EndsWith(".tmp", StringComparison.Ordinal))
        || name.EndsWith(".sqlite-wal", StringComparison.Ordinal)
        || name.EndsWith(".sqlite-shm", StringComparison.Ordinal);

    /// <summary>Whether a file is SQLite's by name and by its first bytes.</summary>
    internal static bool IsDatabase(string path)
    {
        if (!path.EndsWith(".sqlite", StringComparison.Ordinal))
        {
            return false;
        }

        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
            Span<byte> start = stackalloc byte[16];
            return file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && DatabaseCopy.IsDatabase(start);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // told when it is copied
        }
    }

    private void Skip(string path, string reason)
    {
        if (_skipped.Count < MostSkips)
        {
            _skipped.Add(new BackupSkip(path, reason));
        }
    }
}
