using System.Text;

namespace OpenClaw.Edge.Configuration;

/// <summary>Keeps a copy of the last configuration that loaded well, for a start with a broken file. The copy is the
/// user's text with its includes merged in, before variables are replaced, so that it holds no more secrets than the file.</summary>
internal static class LastGoodConfig
{
    /// <summary>Writes the copy when it differs from what is there. Failure is no matter: the file itself is good.</summary>
    public static void TryKeep(ConfigSnapshot snapshot, StatePaths paths)
    {
        if (!snapshot.Exists || snapshot.FromLastGood)
        {
            return;
        }
        byte[] copy = Encoding.UTF8.GetBytes(Flatten(snapshot));
        try
        {
            string path = paths.LastGoodConfigPath;
            if (!File.Exists(path) || new FileInfo(path).Length != copy.Length || !File.ReadAllBytes(path).AsSpan().SequenceEqual(copy))
            {
                AtomicFile.Write(path, copy);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // a read-only state folder is reported by those who need to write there
        }
    }

    /// <summary>The copy in place of a broken file, marked and with the file's problems; null when there is none that is
    /// good.</summary>
    public static ConfigSnapshot? TryLoad(ConfigSnapshot broken, StatePaths paths, ProcessEnvironment environment)
    {
        byte[] copy;
        try
        {
            if (!File.Exists(paths.LastGoodConfigPath))
            {
                return null;
            }
            copy = File.ReadAllBytes(paths.LastGoodConfigPath);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
        ConfigSnapshot good = ConfigLoader.LoadText(copy, paths, environment);
        return !good.Valid ? null : good with
        {
            Raw = broken.Raw,
            Exists = broken.Exists,
            Problems = broken.Problems,
            Includes = broken.Includes,
            FromLastGood = true,
        };
    }

    private static string Flatten(ConfigSnapshot snapshot)
    {
        if (snapshot.Includes.Count == 0)
        {
            return snapshot.Raw;
        }
        var problems = new ProblemList();
        ConfigNode? root = ConfigFileReader.Parse(Encoding.UTF8.GetBytes(snapshot.Raw), snapshot.Path, isMain: true, problems);
        return root is null
            ? snapshot.Raw
            : Encoding.UTF8.GetString(new IncludeExpander(snapshot.Environment, problems).Expand(root, snapshot.Path).ToJson());
    }
}
