using OpenClaw.Edge.Platform;

namespace OpenClaw.Edge.Skills;

/// <summary>Puts the folders of skills under a watch. One use, one thread.</summary>
/// <param name="watch">What watches them.</param>
/// <param name="most">Folders that are watched at most; those on the way to a root do not count.</param>
internal sealed class SkillFolders(FolderWatch watch, int most)
{
    private static readonly EnumerationOptions s_all = new() { AttributesToSkip = 0 };
    private static readonly EnumerationOptions s_noLinks = new() { AttributesToSkip = FileAttributes.ReparsePoint };

    private readonly List<string> _skills = [];

    /// <summary>Watches what <see cref="SkillFinder"/> looks into, groups and the folders of skills themselves, and the way to the root: it may not
    /// be there yet, or be another one tomorrow. False when not all of it is watched.</summary>
    public bool TryAddRoot(string root)
    {
        string path = Path.TrimEndingDirectorySeparator(root);
        return TryAddWay(path) && TryAdd(path, 0, inside: false);
    }

    /// <summary>Watches what <see cref="SkillReader"/> reads inside of the skills of all roots. Meant to come last: there may be no room for it.</summary>
    public bool TryAddInsides() => _skills.TrueForAll(skill => TryAddChildren(skill, 0, inside: true));

    // From the top, so that whatever comes or goes below meanwhile is noted.
    private bool TryAddWay(string path) =>
        Path.GetDirectoryName(path) is not { } above || (TryAddWay(above) && watch.TryAdd(above, Path.GetFileName(path)));

    private bool TryAdd(string folder, int depth, bool inside)
    {
        int before = watch.Count;
        if (!watch.TryAdd(folder, name: null) || watch.Count > most)
        {
            return false;
        }

        if (watch.Count == before)
        {
            return true; // there is none, or it is watched by another name: links may lead in circles
        }

        if (!inside && File.Exists(Path.Combine(folder, SkillPlace.FileName)))
        {
            _skills.Add(folder);
            return true;
        }

        return depth >= (inside ? SkillReader.MaxDepth : SkillFinder.MaxDepth) || TryAddChildren(folder, depth, inside);
    }

    private bool TryAddChildren(string folder, int depth, bool inside)
    {
        try
        {
            foreach (string child in Directory.EnumerateDirectories(folder, "*", inside ? s_noLinks : s_all))
            {
                string name = Path.GetFileName(child);
                bool passed = inside ? SkillReader.Passes(name) : name is ['.', ..] or "node_modules";
                if (!passed && !TryAdd(child, depth + 1, inside))
                {
                    return false;
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // gone meanwhile, or not ours to read: the catalogue says so
        }

        return true;
    }
}
