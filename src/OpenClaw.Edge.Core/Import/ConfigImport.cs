using System.Text;
using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Import;

/// <summary>The configuration of the original: written where we have none, else told apart from ours. A file that is there is never changed.</summary>
internal static class ConfigImport
{
    private const int MostNamed = 8;
    private const int MostBytes = 4 << 20;

    /// <summary>The configuration of the source, as its text alone says it; that of defaults where there is none.</summary>
    public static ConfigSnapshot Load(StatePaths places, ProcessEnvironment environment) =>
        ImportFiles.IsOwnFile(places.StateDir, places.ConfigPath) && new FileInfo(places.ConfigPath).Length <= MostBytes
            ? ConfigLoader.LoadText(File.ReadAllBytes(places.ConfigPath), places, environment, overridden: false) with { Exists = true }
            : ConfigLoader.LoadText("{}"u8.ToArray(), places, environment, overridden: false) with { Exists = false };

    /// <summary>Whether the configuration of the source becomes ours.</summary>
    public static bool Comes(ImportRequest request, ConfigSnapshot original) =>
        original.Exists && !request.Config.Exists && request.Kinds.Contains("config")
        && Obstacle(original) is null && IncludeObstacle(original, request.Paths.ConfigPath) is null;

    /// <summary>The one row; null when the source has no configuration.</summary>
    public static ImportRow? Plan(ImportDesk desk)
    {
        ConfigSnapshot original = desk.Original;
        if (!original.Exists)
        {
            return null;
        }

        string target = desk.Request.Paths.ConfigPath;
        byte[] text = Encoding.UTF8.GetBytes(original.Raw);
        ConfigProblem[] problems = [.. original.Problems.Where(problem => problem.Severity != ProblemSeverity.Fatal)];
        return new ImportRow("config", Path.GetFileName(desk.Places.ConfigPath), 1)
        {
            Target = target,
            Skip = target == desk.Places.ConfigPath ? "it is in its place already"
                : desk.Request.Config.Exists ? Differences(desk)
                : Obstacle(original) ?? IncludeObstacle(original, target),
            Note = problems.Length > 0 ? $"{problems.Length} settings have no meaning here, 'openclaw doctor' names them"
                : original.Includes.Count > 0 ? $"with {original.Includes.Count} files that it includes" : null,
            Work = (_, _, _) => Task.FromResult(Write(target, text) == 1 && WriteIncludes(original, target) ? 1L : 0),
        };
    }

    private static long Write(string target, byte[] text)
    {
        AtomicFile.Write(target, text);
        return File.ReadAllBytes(target).AsSpan().SequenceEqual(text) ? 1 : 0;
    }

    private static string? Obstacle(ConfigSnapshot original) =>
        original.Problems.FirstOrDefault(problem => problem.Severity == ProblemSeverity.Fatal) is { } fatal ? $"a gateway would not start with it: {fatal}"
        : null;

    // Files that lie beside the configuration keep their place beside it.
    private static string? IncludeObstacle(ConfigSnapshot original, string target)
    {
        string folder = Path.GetDirectoryName(original.Path)!;
        foreach (string file in original.Includes)
        {
            string at = Path.GetRelativePath(folder, file);
            string copy = Path.Combine(Path.GetDirectoryName(target)!, at);
            if (at.StartsWith("..", StringComparison.Ordinal) || Path.IsPathRooted(at) || !ImportFiles.IsOwnFile(folder, file))
            {
                return $"it includes {file}, which is outside of {folder} or behind a link: copy both by hand";
            }

            if (Path.Exists(copy) && !File.ReadAllBytes(copy).AsSpan().SequenceEqual(File.ReadAllBytes(file)))
            {
                return $"it includes {at}, and another {copy} is here: copy both by hand";
            }
        }

        return null;
    }

    private static bool WriteIncludes(ConfigSnapshot original, string target)
    {
        string folder = Path.GetDirectoryName(original.Path)!;
        bool same = true;
        foreach (string file in original.Includes)
        {
            byte[] text = File.ReadAllBytes(file);
            string copy = Path.Combine(Path.GetDirectoryName(target)!, Path.GetRelativePath(folder, file));
            AtomicFile.CreateFolder(Path.GetDirectoryName(copy)!);
            same &= Write(copy, text) == 1;
        }

        return same;
    }

    // Names only: the values may be secrets.
    private static string Differences(ImportDesk desk)
    {
        IReadOnlyList<string> paths = ConfigDiff.Paths(desk.Request.Config.Json, desk.Original.Json);
        return paths.Count == 0
            ? "ours says the same already"
            : $"ours stays; it differs in {string.Join(", ", paths.Take(MostNamed))}{(paths.Count > MostNamed ? $" and {paths.Count - MostNamed} more" : "")}";
    }
}
