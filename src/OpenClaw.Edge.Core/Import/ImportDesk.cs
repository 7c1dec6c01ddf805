using OpenClaw.Edge.Automation;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Security;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.Storage;

namespace OpenClaw.Edge.Import;

/// <summary>What the parts of one import share. Used by one thread at a time.</summary>
internal sealed class ImportDesk : IDisposable
{
    /// <summary>Member of a session whose import has not come to its end.</summary>
    public const string UnfinishedMark = "importUnfinished";

    private readonly Dictionary<string, ForeignDatabase> _opened = new(StringComparer.Ordinal);
    private readonly string _scratch;

    public ImportDesk(ImportRequest request, StatePaths places)
    {
        Request = request;
        Places = places;
        string near = Directory.Exists(request.Paths.StateDir) ? Path.Combine(request.Paths.StateDir, "tmp") : Path.GetTempPath();
        _scratch = Path.Combine(near, $"openclaw-import-{Path.GetRandomFileName()}");
        AtomicFile.CreateFolder(_scratch);
    }

    public ImportRequest Request { get; }

    /// <summary>Where the source has its things.</summary>
    public StatePaths Places { get; }

    /// <summary>Configuration of the source, as its text alone says it.</summary>
    public required ConfigSnapshot Original { get; init; }

    /// <summary>Configuration that will hold here.</summary>
    public required ConfigSnapshot Effective { get; init; }

    /// <summary>Where sessions go; only while something is brought.</summary>
    public SessionStore? Sessions { get; set; }

    /// <summary>Where jobs go; only while something is brought.</summary>
    public CronStore? Jobs { get; set; }

    /// <summary>Where devices go; only while something is brought.</summary>
    public DevicePairing? Devices { get; set; }

    /// <summary>Where an original with this state folder has its things.</summary>
    public static StatePaths PlacesOf(string source) => new()
    {
        StateDir = source,
        ConfigPath = Path.Combine(source, "openclaw.json"),
        DefaultWorkspaceDir = Path.Combine(source, "workspace"),
        SecretDir = Path.Combine(source, "secrets"),
        StateDirSource = "import",
        ConfigPathSource = "import",
    };

    /// <summary>Absolute path of an agent's workspace; <c>~</c> is this person's home.</summary>
    public string WorkspaceOf(ConfigSnapshot config, string agent, StatePaths paths)
    {
        AgentsConfig agents = config.Config.Agents;
        string? named = agents.Find(agent)?.Workspace ?? (agent == agents.DefaultId ? agents.Defaults.Workspace : null);
        return Path.TrimEndingDirectorySeparator(named is null ? Path.GetFullPath(paths.WorkspaceDir(agent)) : Request.Environment.FullPath(named));
    }

    /// <summary>A file in a folder that goes when the import ends.</summary>
    public string Scratch(string name) => Path.Combine(_scratch, name);

    /// <summary>Databases of the source that cannot be read, one row each.</summary>
    public List<ImportRow> Broken { get; } = [];

    /// <summary>A copy of a database of the source; null when there is none, or it cannot be read.</summary>
    public ForeignDatabase? Database(string kind, string path)
    {
        if (_opened.TryGetValue(path, out ForeignDatabase? known))
        {
            return known;
        }

        if (!ImportFiles.IsOwnFile(Request.Source, path) || Broken.Any(row => row.Name == path))
        {
            return null;
        }

        try
        {
            ForeignDatabase opened = ForeignDatabase.Open(path, Scratch($"{_opened.Count}-{Broken.Count}.sqlite"));
            _opened.Add(path, opened);
            return opened;
        }
        catch (StorageException wrong)
        {
            Broken.Add(new ImportRow(kind, path, 0) { Problem = wrong.Message });
            return null;
        }
    }

    public void Dispose()
    {
        foreach (ForeignDatabase database in _opened.Values)
        {
            database.Dispose();
        }

        Directory.Delete(_scratch, recursive: true);
    }
}
