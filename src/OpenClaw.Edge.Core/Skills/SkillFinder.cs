using Microsoft.Win32.SafeHandles;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Platform;

namespace OpenClaw.Edge.Skills;

/// <summary>Finds the folders of one root that hold a <c>SKILL.md</c>, up to six levels down; below a skill nothing is looked
/// for. A link that leaves the root is refused, unless the root may have such links or the configuration trusts its target.</summary>
internal sealed class SkillFinder(SkillsConfig config, IReadOnlyList<string> trusted, List<SkillProblem> problems)
{
    /// <summary>Levels of folders below a root that are looked at.</summary>
    public const int MaxDepth = 6;

    /// <summary>The skills of a root, sorted by path; none when it is not there.</summary>
    public List<SkillPlace> Find(SkillRoot root)
    {
        List<SkillPlace> found = [];
        if (!Directory.Exists(root.Path) || RealPath(root.Path) is not { } real)
        {
            return found;
        }

        if (File.Exists(Path.Combine(root.Path, SkillPlace.FileName)))
        {
            found.Add(new SkillPlace(root.Path, real, root.Source));
            return found;
        }

        Queue<(string Folder, int Depth)> waiting = new([(root.Path, 0)]);
        int looked = 0;
        while (waiting.TryDequeue(out (string Folder, int Depth) next))
        {
            foreach (string child in Children(next.Folder))
            {
                if (++looked > config.MaxCandidatesPerRoot || found.Count >= config.MaxSkillsLoadedPerSource)
                {
                    problems.Add(new SkillProblem(root.Path, $"it has more folders or skills than are looked at ({config.MaxCandidatesPerRoot} folders, {config.MaxSkillsLoadedPerSource} skills; skills.limits)"));
                    return found;
                }

                Look(root, real, child, next.Depth + 1, found, waiting);
            }
        }

        return found;
    }

    private void Look(SkillRoot root, string realRoot, string folder, int depth, List<SkillPlace> found, Queue<(string Folder, int Depth)> waiting)
    {
        if (RealPath(folder) is not { } real)
        {
            return; // a link to nothing
        }

        bool isSkill = File.Exists(Path.Combine(folder, SkillPlace.FileName));
        if (!IsInside(real, realRoot) && !trusted.Any(target => IsInside(real, target)) && !(root.FollowsLinks && isSkill))
        {
            problems.Add(new SkillProblem(folder, $"it is a link that leaves {root.Path}; copy the skill there, or trust its target with skills.load.allowSymlinkTargets"));
        }
        else if (isSkill)
        {
            found.Add(new SkillPlace(folder, real, root.Source));
        }
        else if (depth < MaxDepth)
        {
            waiting.Enqueue((folder, depth));
        }
    }

    private IEnumerable<string> Children(string folder)
    {
        try
        {
            return
            [
                .. Directory.EnumerateDirectories(folder)
                    .Where(child => Path.GetFileName(child) is not ['.', ..] and not "node_modules")
                    .Take((config.MaxCandidatesPerRoot * 4) + 1)
                    .Order(StringComparer.Ordinal),
            ];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            problems.Add(new SkillProblem(folder, $"it cannot be read: {exception.Message}"));
            return [];
        }
    }

    /// <summary>The path of a folder with links followed; null when there is none.</summary>
    public static string? RealPath(string path)
    {
        using SafeFileHandle open = FileNative.OpenRoot(path, out int error);
        return error == 0 ? FileNative.PathOf(open) : null;
    }

    private static bool IsInside(string path, string folder) =>
        path == folder || folder == "/" || path.StartsWith(folder + "/", StringComparison.Ordinal);
}
