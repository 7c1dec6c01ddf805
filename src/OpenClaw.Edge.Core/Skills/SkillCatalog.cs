using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Diagnostics;

namespace OpenClaw.Edge.Skills;

/// <summary>The skills of all agents. Whoever asks gets what lies on the disk now, and only files that changed
/// are read again. Thread-safe. Source: docs/skills.md.</summary>
/// <param name="paths">Where the state lies.</param>
/// <param name="config">The configuration in force.</param>
/// <param name="time">Clock.</param>
/// <param name="logger">For what is held, found and left out.</param>
/// <param name="program">Path of the running program, beside which bundled skills are looked for; null finds none there.</param>
public sealed partial class SkillCatalog(StatePaths paths, Func<ConfigSnapshot> config, TimeProvider time, ILogger logger, string? program = null)
{
    private const int MaxKept = 2_000;
    private const long SettledNs = 2_000_000_000; // a file that changed this lately may change again within one tick of its clock

    private readonly Lock _gate = new();
    private readonly SkillPins _pins = new(Path.Combine(paths.StateDir, "skill-pins.json"));
    private readonly Dictionary<string, Kept> _kept = new(StringComparer.Ordinal);
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string[]> _held = new(StringComparer.Ordinal);
    private volatile Warnable? _warning;

    /// <summary>Reads a file of a skill.</summary>
    internal Func<SafeFileHandle, int, byte[]> ReadFile { get; init; } = SkillReader.Read;

    /// <summary>Folder of the skills that all agents share.</summary>
    public string ManagedFolder => Path.Combine(paths.StateDir, "skills");

    /// <summary>Skills that are held, as the last look found them.</summary>
    public Warnable? Warning => _warning;

    /// <summary>The skills of an agent of the configuration in force. Reads the disk; throws nothing that lies there.</summary>
    public SkillSet Of(string agentId)
    {
        ConfigSnapshot snapshot = config();
        lock (_gate)
        {
            return Look(agentId, snapshot);
        }
    }

    /// <summary>The folders that an agent's skills are looked for in, there or not.</summary>
    internal List<string> FoldersOf(string agentId)
    {
        List<string> folders = [];
        foreach (SkillRoot root in Roots(agentId, config()))
        {
            folders.Add(root.Path);
        }

        return folders;
    }

    /// <summary>Variables that the agent's commands get from its skills: those of <c>skills.entries</c>, and those that a skill says it
    /// needs, where the gateway has them.</summary>
    public IReadOnlyDictionary<string, string> EnvironmentOf(string agentId)
    {
        ConfigSnapshot snapshot = config();
        Dictionary<string, string> environment = new(StringComparer.Ordinal);
        SkillGate gate = new(snapshot);
        foreach (SkillState state in Of(agentId).Available)
        {
            SkillManifest skill = state.Skill.Manifest;
            SkillEntryConfig? entry = snapshot.Config.Skills.Entries.GetValueOrDefault(skill.Key);
            IEnumerable<string> names = [.. skill.Requires.Env, .. skill.PrimaryEnv is { } primary ? [primary] : (string[])[], .. entry?.Env.Keys ?? []];
            foreach (string name in names)
            {
                if (gate.ValueOf(name, skill, entry) is { } value)
                {
                    environment.TryAdd(name, value);
                }
            }
        }

        return environment;
    }

    /// <summary>Accepts a changed skill as it is now. False with the reason when there is none, or when it is not the one that the person saw.</summary>
    /// <param name="agentId">Whose skill.</param>
    /// <param name="named">Name or key.</param>
    /// <param name="hash">The hash that the person saw.</param>
    /// <param name="problem">Why not, for a person.</param>
    public bool TryAccept(string agentId, string named, string hash, out string problem)
    {
        ConfigSnapshot snapshot = config();
        lock (_gate)
        {
            SkillState? state = Look(agentId, snapshot).Find(named);
            problem = state is null ? $"there is no skill \"{named}\"; openclaw skills list shows them"
                : state.Skill.Hash != hash ? $"{state.Skill.Manifest.Name} has changed since: it is {state.Skill.Hash} now; look at it again (openclaw skills info) before you accept it"
                : _pins.Problem;
            if (problem.Length > 0)
            {
                return false;
            }

            try
            {
                _pins.Put(new Dictionary<string, SkillPin> { [state!.Skill.Folder] = new(hash, NowMs) });
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                problem = $"it cannot be noted: {exception.Message}";
                return false;
            }

            Look(agentId, snapshot);
            return true;
        }
    }

    private long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    private SkillSet Look(string agentId, ConfigSnapshot snapshot)
    {
        SkillsConfig wish = snapshot.Config.Skills;
        List<SkillProblem> problems = [];
        string[] trusted = [.. wish.AllowSymlinkTargets.Select(target => SkillFinder.RealPath(FullPath(snapshot, target))).OfType<string>()];
        SkillFinder finder = new(wish, trusted, problems);
        Dictionary<string, Skill> skills = new(StringComparer.Ordinal);
        foreach (SkillRoot root in Roots(agentId, snapshot))
        {
            foreach (SkillPlace place in finder.Find(root))
            {
                Kept kept = Read(place, wish);
                if (kept.Skill is null)
                {
                    problems.Add(new SkillProblem(place.FilePath, kept.Problem));
                }
                else
                {
                    skills.TryAdd(kept.Skill.Manifest.Name, kept.Skill); // the nearer place comes first
                }
            }
        }

        SkillState[] states = [.. States(agentId, snapshot, [.. skills.Values.OrderBy(skill => skill.Manifest.Name, StringComparer.Ordinal)])];
        Tell(agentId, states, problems);
        return states.Length == 0 && problems.Count == 0 ? SkillSet.Empty : new SkillSet(states, problems);
    }

    private List<SkillState> States(string agentId, ConfigSnapshot snapshot, Skill[] skills)
    {
        AgentsConfig agents = snapshot.Config.Agents;
        IReadOnlyList<string>? allowed = agents.Find(agentId)?.Skills ?? agents.Defaults.Skills;
        string pinning = snapshot.Config.Skills.Pinning;
        IReadOnlyList<string> bundled = snapshot.Config.Skills.AllowBundled;
        SkillGate gate = new(snapshot);
        _pins.Retry();
        Dictionary<string, SkillPin> fresh = new(StringComparer.Ordinal);
        List<SkillState> states = [];
        foreach (Skill skill in skills)
        {
            bool pinned = pinning != "off" && !skill.IsSealed;
            SkillPin? pin = pinned ? _pins.Find(skill.Folder) : null;
            if (pin is null && pinned)
            {
                fresh[skill.Folder] = new SkillPin(skill.Hash, NowMs);
            }

            bool changed = pin is not null && pin.Hash != skill.Hash;
            SkillEntryConfig? entry = snapshot.Config.Skills.Entries.GetValueOrDefault(skill.Manifest.Key);
            states.Add(new SkillState
            {
                Skill = skill,
                Disabled = entry is { Enabled: false },
                BlockedByAllowlist = skill.IsBundled && bundled.Count > 0 && !bundled.Contains(skill.Manifest.Key) && !bundled.Contains(skill.Manifest.Name),
                BlockedByAgent = allowed is not null && !allowed.Contains(skill.Manifest.Name),
                Missing = gate.Missing(skill.Manifest, entry),
                AcceptedHash = changed ? pin!.Hash : null,
                Held = pinned && pinning == "hold" && (changed || _pins.Problem.Length > 0),
            });
        }

        Pin(fresh);
        return states;
    }

    private void Pin(Dictionary<string, SkillPin> fresh)
    {
        try
        {
            _pins.Put(fresh);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Log.NotPinned(logger, exception.Message);
        }
    }

    private Kept Read(SkillPlace place, SkillsConfig wish)
    {
        using SkillReader reader = new(place, ReadFile);
        string stamp = $"{wish.MaxSkillFileBytes}\n{place.Source}\n{reader.Stamp}";
        if (_kept.TryGetValue(place.Folder, out Kept? known) && known.Stamp == stamp)
        {
            return known;
        }

        bool read = reader.TryRead(wish, out Skill? skill, out string problem);
        bool settled = (NowMs * 1_000_000) - reader.ChangedAtNs > SettledNs;
        Kept kept = new(settled && !reader.MayPass ? stamp : "", read ? skill : null, problem);
        if (_kept.Count >= MaxKept)
        {
            _kept.Clear();
        }

        _kept[place.Folder] = kept;
        return kept;
    }

    private IEnumerable<SkillRoot> Roots(string agentId, ConfigSnapshot snapshot)
    {
        string workspace = snapshot.Config.Agents.WorkspaceOf(agentId, paths);
        string home = snapshot.Environment.Home;
        yield return new SkillRoot(Path.Combine(workspace, "skills"), "openclaw-workspace", FollowsLinks: false);
        yield return new SkillRoot(Path.Combine(workspace, ".agents", "skills"), "agents-skills-project", FollowsLinks: false);
        if (paths.StateDir == Path.Combine(home, ".openclaw"))
        {
            yield return new SkillRoot(Path.Combine(home, ".agents", "skills"), "agents-skills-personal", FollowsLinks: true);
        }

        yield return new SkillRoot(ManagedFolder, "openclaw-managed", FollowsLinks: true);
        if (SkillRoot.FindBundled(snapshot.Environment, program) is { } bundled)
        {
            yield return new SkillRoot(bundled, SkillRoot.Bundled, FollowsLinks: false);
        }

        foreach (string extra in snapshot.Config.Skills.ExtraDirs)
        {
            yield return new SkillRoot(FullPath(snapshot, extra), "openclaw-extra", FollowsLinks: false);
        }
    }

    private static string FullPath(ConfigSnapshot snapshot, string path) => snapshot.Environment.FullPath(path.Trim());

    // Once for each state of the files: a look comes with every turn.
    private void Tell(string agentId, SkillState[] states, List<SkillProblem> problems)
    {
        _held[agentId] = [.. states.Where(state => state.Held).Select(state => state.Skill.Manifest.Name)];
        string[] held = [.. _held.Values.SelectMany(names => names).Distinct().Order(StringComparer.Ordinal)];
        _warning = held.Length == 0 ? null : new Warnable(
            "skills-held", $"Skills changed and are held: {string.Join(", ", held)}. Look at them (openclaw skills info NAME), then: openclaw skills accept NAME.");
        if (_told.Count > MaxKept)
        {
            _told.Clear();
        }

        foreach (SkillState state in states)
        {
            if (state.AcceptedHash is not null && _told.Add(state.Skill.Folder + state.Skill.Hash))
            {
                Log.Changed(logger, state.Skill.Manifest.Name, state.Skill.Folder, state.Held);
            }

            if (state.Skill.Findings.Count > 0 && _told.Add(state.Skill.Hash))
            {
                SkillFinding first = state.Skill.Findings[0];
                Log.Found(logger, state.Skill.Manifest.Name, state.Skill.Findings.Count, first.Rule, first.File, first.Line);
            }
        }

        foreach (SkillProblem problem in problems.Where(problem => _told.Add(problem.Path + problem.Message)))
        {
            Log.LeftOut(logger, problem.Path, problem.Message);
        }
    }

    private sealed record Kept(string Stamp, Skill? Skill, string Problem);

    private static partial class Log
    {
        [LoggerMessage(2450, LogLevel.Warning, "Skill {Name} in {Folder} is not what it was when it was accepted; held: {Held}. Look at it, then: openclaw skills accept {Name}")]
        public static partial void Changed(ILogger logger, string name, string folder, bool held);

        [LoggerMessage(2451, LogLevel.Warning, "Skill {Name}: the scan found {Count} places to look at, the first is {Rule} in {File}:{Line}. openclaw skills info shows them.")]
        public static partial void Found(ILogger logger, string name, int count, string rule, string file, int line);

        [LoggerMessage(2452, LogLevel.Warning, "No skill: {Path}: {Problem}.")]
        public static partial void LeftOut(ILogger logger, string path, string problem);

        [LoggerMessage(2453, LogLevel.Warning, "The hashes of new skills cannot be noted: {Problem}")]
        public static partial void NotPinned(ILogger logger, string problem);
    }
}
