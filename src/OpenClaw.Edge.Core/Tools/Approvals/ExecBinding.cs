using Microsoft.Win32.SafeHandles;
using OpenClaw.Edge.Platform;

namespace OpenClaw.Edge.Tools;

/// <summary>What a command would run at the moment of looking: its directory, held open so that the command starts in this
/// one and no other, and the files that its words name. Dispose after the command has started.</summary>
internal sealed class ExecBinding : IDisposable
{
    private const int MaxFiles = 64;
    private const string Separators = " \t\r\n;|&<>()$`\"'{},=";

    // The shell has them itself, so that no file is looked for.
    private static readonly string[] s_builtins =
        ["echo", "printf", "test", "[", "pwd", "true", "false", "kill", "umask", "wait", "times", "ulimit", "jobs", "type", "exit", "return", "shift", "bg", "fg", ":"];

    private readonly string _command;
    private readonly string _searchPath;
    private readonly List<BoundFile> _files;

    private ExecBinding(string command, string searchPath, SafeFileHandle folder, string directory)
    {
        _command = command;
        _searchPath = searchPath;
        Folder = folder;
        Directory = directory;
        _files = Look();
    }

    /// <summary>The directory, open.</summary>
    public SafeFileHandle Folder { get; }

    /// <summary>Its path, links followed.</summary>
    public string Directory { get; }

    /// <summary>Looks at a command. Null when the directory cannot be opened.</summary>
    public static ExecBinding? Capture(string command, string directory, string searchPath)
    {
        SafeFileHandle folder = FileNative.OpenRoot(directory, out int error);
        if (error == 0 && FileNative.PathOf(folder) is { } real)
        {
            return new ExecBinding(command, searchPath, folder, real);
        }

        folder.Dispose();
        return null;
    }

    /// <summary>What is different now; null when all is as it was.</summary>
    public string? Drift()
    {
        if (FileNative.PathOf(Folder) != Directory)
        {
            return $"the directory {Directory} was moved or replaced";
        }

        List<BoundFile> now = Look();
        BoundFile? other = _files.Except(now).Concat(now.Except(_files)).FirstOrDefault();
        return other is null ? null : $"{other.Word} ({other.Invoked}) is not what it was";
    }

    /// <summary>The command with each program that the shell would look for written as the path that was found.</summary>
    public string Pinned()
    {
        if (!ShellWords.TrySplit(_command, out List<ShellSegment> segments))
        {
            return _command;
        }

        System.Text.StringBuilder text = new();
        int from = 0;
        foreach (ShellSegment segment in segments)
        {
            string program = segment.Words[0];
            BoundFile? file = _files.Find(known => known.Word == program);
            text.Append(_command, from, segment.Start - from);
            from = segment.Start + segment.Length;
            text.Append(file is null || program.Contains('/', StringComparison.Ordinal) || s_builtins.Contains(program)
                ? _command[segment.Start..from]
                : $"'{file.Invoked.Replace("'", "'\\''", StringComparison.Ordinal)}'");
        }

        return text.Append(_command, from, _command.Length - from).ToString();
    }

    /// <inheritdoc />
    public void Dispose() => Folder.Dispose();

    private List<BoundFile> Look()
    {
        string[] words = ShellWords.TrySplit(_command, out List<ShellSegment> segments)
            ? [.. segments.SelectMany(segment => segment.Words).Distinct()]
            : [.. _command.Split([.. Separators], StringSplitOptions.RemoveEmptyEntries).Distinct()];
        bool runsFiles = words.Any(ScriptRunners.Contains);
        List<BoundFile> files = [];
        foreach (string word in runsFiles ? words.Concat(ScriptRunners.ImpliedFiles) : words)
        {
            BoundFile? file = ProgramSearch.Look(word, Directory, _searchPath) ?? (runsFiles ? Named(word) : null);
            if (file is not null && files.Count < MaxFiles)
            {
                files.Add(file);
            }
        }

        return files;
    }

    private BoundFile? Named(string word)
    {
        if (word.Length > 4096 || word.Contains('\0', StringComparison.Ordinal))
        {
            return null;
        }

        string path = Path.GetFullPath(word, Directory);
        return FileProof.Of(path, always: true) is { } proof ? new BoundFile(word, path, proof) : null;
    }
}
