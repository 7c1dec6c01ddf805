using OpenClaw.Edge.Protocol.Json5;

namespace OpenClaw.Edge.Configuration;

/// <summary>Reads one file of the configuration into nodes.</summary>
internal static class ConfigFileReader
{
    /// <summary>Reads and parses. Null when the file is missing or unusable; then there is a problem in the list, except
    /// for a missing main file. Never throws on what is on disk.</summary>
    public static ConfigNode? Read(string path, bool isMain, ProblemList problems, out byte[]? raw)
    {
        raw = null;
        string? file = isMain ? null : path;
        try
        {
            if (!File.Exists(path))
            {
                if (Directory.Exists(path))
                {
                    Refuse($"{path} is a folder.", "Name the file inside it.");
                }
                return null;
            }
            if (new FileInfo(path).Length > Json5Transcoder.DefaultMaxBytes)
            {
                Refuse($"{path} is larger than {Json5Transcoder.DefaultMaxBytes / 1024} KiB.",
                    "Move parts into files of their own and pull them in with $include.");
                return null;
            }
            raw = File.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Refuse($"{path} cannot be read: {exception.Message}",
                $"Let the gateway's user ({Environment.UserName}) read it.");
            return null;
        }
        if (path.EndsWith(".yaml", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".yml", StringComparison.OrdinalIgnoreCase))
        {
            Refuse($"{path} is YAML; the configuration is JSON5.",
                "Write it as openclaw.json: { key: value } with the same names. Comments and trailing commas are welcome.");
            return null;
        }
        return Parse(raw, path, isMain, problems);

        void Refuse(string message, string fix) =>
            problems.Add(new ConfigProblem("", message, fix, null, ProblemSeverity.Fatal) { File = file });
    }

    /// <summary>Parses text as if it stood in the file.</summary>
    public static ConfigNode? Parse(ReadOnlyMemory<byte> text, string path, bool isMain, ProblemList problems)
    {
        if (!Json5Transcoder.TryTranscode(text, out Json5Document? document, out Json5Error? error))
        {
            if (error.Fault == Json5Fault.Empty)
            {
                return ConfigNode.NewObject(ConfigSource.OfName(path)); // an emptied file asks for the defaults
            }
            problems.Add(new ConfigProblem("", $"Column {error.Column}: {error.What}", error.Fix, error.Line, ProblemSeverity.Fatal)
            {
                File = isMain ? null : path,
            });
            return null;
        }
        return ConfigNodeReader.Read(document, ConfigSource.OfFile(path, isMain, document), problems);
    }
}
