using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Memory;

/// <summary>Finds the files of an agent's memory: <c>MEMORY.md</c>, <c>USER.md</c>, <c>memory/**/*.md</c> and what the configuration
/// adds. Hidden names and links are left out. Stateless.</summary>
internal static class MemoryFolder
{
    /// <summary>Most bytes of a file that is indexed.</summary>
    public const int MaxFileBytes = 1024 * 1024;

    /// <summary>Most files of an agent.</summary>
    public const int MaxFiles = 10_000;

    private const int MaxDepth = 8;

    /// <summary>Whether a path that a model names is a note of the workspace itself.</summary>
    public static bool IsNote(string path) =>
        path is "MEMORY.md" or "USER.md"
        || (path.StartsWith("memory/", StringComparison.Ordinal) && path.EndsWith(".md", StringComparison.OrdinalIgnoreCase));

    /// <summary>All files, at most <see cref="MaxFiles"/>; each path once. Never throws.</summary>
    public static IEnumerable<MemoryFile> Scan(MemoryScope scope, MemoryDisk disk) =>
        Find(scope, disk).DistinctBy(file => file.Path, StringComparer.Ordinal).Take(MaxFiles);

    /// <summary>Where an entry of <c>extraPaths</c> leads: its folder, and the file in it or <c>.</c>.</summary>
    public static (string Root, string Inner) Place(string workspace, MemoryExtraPath extra)
    {
        string full = Path.GetFullPath(extra.Path, workspace).TrimEnd('/');
        return File.Exists(full) ? (Path.GetDirectoryName(full) ?? "/", Path.GetFileName(full)) : (full, ".");
    }

    private static IEnumerable<MemoryFile> Find(MemoryScope scope, MemoryDisk disk)
    {
        foreach (string name in (string[])["MEMORY.md", "USER.md"])
        {
            if (Look(scope.Workspace, name, name) is { } file)
            {
                yield return file;
            }
        }

        foreach (MemoryFile file in Below(scope.Workspace, "memory", disk, inner => inner, null, MaxDepth))
        {
            yield return file;
        }

        foreach (MemoryExtraPath extra in scope.Settings.ExtraPaths)
        {
            (string place, string inner) = Place(scope.Workspace, extra);
            if (inner != ".")
            {
                if (Look(place, inner, Shown(scope.Workspace, place, inner)) is { } file)
                {
                    yield return file;
                }

                continue;
            }

            if (new DirectoryInfo(place).LinkTarget is not null)
            {
                continue; // a folder that is a link is to be named by its own path
            }

            foreach (MemoryFile file in Below(place, ".", disk, name => Shown(scope.Workspace, place, name), extra.Pattern, MaxDepth))
            {
                yield return file;
            }
        }
    }

    private static string Shown(string workspace, string place, string inner)
    {
        string full = Path.Combine(place, inner);
        return full.StartsWith(workspace.TrimEnd('/') + "/", StringComparison.Ordinal) ? full[(workspace.TrimEnd('/').Length + 1)..] : full;
    }

    private static IEnumerable<MemoryFile> Below(
        string root, string folder, MemoryDisk disk, Func<string, string> shown, string? pattern, int depth)
    {
        foreach ((string name, bool isFolder) in disk.List(root, folder))
        {
            string inner = folder == "." ? name : $"{folder}/{name}";
            if (name[0] == '.')
            {
                continue;
            }

            if (isFolder && depth > 0)
            {
                foreach (MemoryFile file in Below(root, inner, disk, shown, pattern, depth - 1))
                {
                    yield return file;
                }
            }
            else if (!isFolder && name.EndsWith(".md", StringComparison.OrdinalIgnoreCase)
                && (pattern is null || GlobPattern.Matches(pattern, inner)) && Look(root, inner, shown(inner)) is { } found)
            {
                yield return found;
            }
        }
    }

    private static MemoryFile? Look(string root, string inner, string shown)
    {
        FileInfo info = new(Path.Combine(root, inner));
        return info is { Exists: true, LinkTarget: null, Length: > 0 and <= MaxFileBytes }
            ? new MemoryFile(root, inner, shown, info.Length, new DateTimeOffset(info.LastWriteTimeUtc).ToUnixTimeMilliseconds())
            : null;
    }
}
