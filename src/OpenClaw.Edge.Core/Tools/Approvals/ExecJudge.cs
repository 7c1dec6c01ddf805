namespace OpenClaw.Edge.Tools;

/// <summary>Judges a command by policy and allowlist. Stateless.</summary>
internal static class ExecJudge
{
    // They read standard input and write standard output; without a file among their arguments they touch nothing.
    private static readonly string[] s_streamFilters = ["cut", "head", "tail", "tr", "uniq", "wc"];

    private static readonly string[] s_systemFolders = ["/bin", "/usr/bin"];

    /// <summary>Judges a command.</summary>
    /// <param name="command">Text for the shell.</param>
    /// <param name="directory">Absolute directory it starts in.</param>
    /// <param name="searchPath">The <c>PATH</c> it will have.</param>
    /// <param name="home">Home directory, for <c>~</c> in patterns.</param>
    /// <param name="policy">What holds.</param>
    /// <param name="allowlist">Lines that let programs run.</param>
    public static ExecVerdict Judge(
        string command, string directory, string searchPath, string home, ExecPolicy policy, IReadOnlyList<AllowEntry> allowlist)
    {
        bool split = ShellWords.TrySplit(command, out List<ShellSegment> segments);
        string? first = split ? Resolve(segments[0].Words[0], directory, searchPath) : null;
        List<AllowEntry> lasting = [];
        List<AllowEntry> used = [];
        bool allowed = split;
        bool bindable = split;
        foreach (ShellSegment segment in split ? segments : [])
        {
            string? path = Resolve(segment.Words[0], directory, searchPath);
            if (IsStreamFilter(segment, path))
            {
                continue;
            }

            AllowEntry? entry = path is null ? null : allowlist.FirstOrDefault(line => Allows(line, segment, path, directory, home));
            if (entry is not null)
            {
                used.Add(entry);
                continue;
            }

            allowed = false;
            bindable &= path is not null;
            if (path is not null)
            {
                lasting.Add(new AllowEntry
                {
                    Id = Guid.NewGuid().ToString(),
                    Pattern = path,
                    ArgPattern = ExecApprovals.ArgPatternOf(segment.Words, directory),
                    Source = "allow-always",
                });
            }
        }

        ExecOutcome outcome = policy.Security == "deny" ? ExecOutcome.Refuse
            : policy.Ask == "always" ? ExecOutcome.Ask
            : policy.Security == "full" || allowed ? ExecOutcome.Run
            : policy.Ask == "on-miss" ? ExecOutcome.Ask
            : ExecOutcome.Refuse;
        string reason = policy.Security == "deny" ? "security=deny"
            : allowed ? "allowlist"
            : policy.Security == "full" ? "security=full" : "not on the allowlist";
        return new ExecVerdict(outcome, reason, first, bindable && policy.Ask != "always" ? lasting : [], used);
    }

    /// <summary>The file that a program's name stands for, links followed; null when there is none.</summary>
    public static string? Resolve(string program, string directory, string searchPath)
    {
        IEnumerable<string> candidates = program.Contains('/', StringComparison.Ordinal)
            ? [Path.GetFullPath(program, directory)]
            : searchPath.Split(':', StringSplitOptions.RemoveEmptyEntries).Select(folder => Path.GetFullPath(Path.Combine(folder, program), directory));
        foreach (string candidate in candidates)
        {
            try
            {
                if (File.Exists(candidate) && (File.GetUnixFileMode(candidate) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0)
                {
                    return File.ResolveLinkTarget(candidate, returnFinalTarget: true)?.FullName ?? candidate;
                }
            }
            catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
            {
                // not ours to see, so not ours to run
            }
        }

        return null;
    }

    private static bool Allows(AllowEntry entry, ShellSegment segment, string path, string directory, string home)
    {
        string program = segment.Words[0];
        bool named = entry.Pattern.Contains('/', StringComparison.Ordinal) || entry.Pattern.StartsWith('~')
            ? PathGlob.Matches(entry.Pattern, path, home)
            : !program.Contains('/', StringComparison.Ordinal) && PathGlob.Matches(entry.Pattern, program, home);
        return named && (entry.ArgPattern is null
            ? entry.Source is null // a generated line without arguments is from before they were bound
            : entry.ArgPattern.StartsWith("sha256:argv:", StringComparison.Ordinal)
                ? entry.ArgPattern == ExecApprovals.ArgPatternOf(segment.Words, directory)
                : IsLiteral(entry.ArgPattern, out string literal) && literal == string.Join(' ', segment.Words.Skip(1)));
    }

    // Of the original's regular expressions one form is understood: ^, escaped or plain characters, $. Others match nothing.
    private static bool IsLiteral(string pattern, out string literal)
    {
        literal = "";
        if (pattern.Length < 2 || pattern[0] != '^' || pattern[^1] != '$')
        {
            return false;
        }

        System.Text.StringBuilder text = new();
        for (int i = 1; i < pattern.Length - 1; i++)
        {
            bool escaped = pattern[i] == '\\' && i + 2 < pattern.Length;
            i += escaped ? 1 : 0;
            if (escaped ? char.IsLetterOrDigit(pattern[i]) : @"\.*+?()[]{}|^$".Contains(pattern[i], StringComparison.Ordinal))
            {
                return false;
            }

            text.Append(pattern[i]);
        }

        literal = text.ToString();
        return true;
    }

    private static bool IsStreamFilter(ShellSegment segment, string? path) =>
        path is not null
        && s_streamFilters.Contains(segment.Words[0], StringComparer.Ordinal)
        && s_systemFolders.Contains(Path.GetDirectoryName(path), StringComparer.Ordinal)
        && segment.Words.Skip(1).All(word => word.Length > 0 && (word[0] == '-' ? !word.Contains('/', StringComparison.Ordinal) && !word.StartsWith("--files0", StringComparison.Ordinal) && word is not ("-f" or "--follow" or "-F")
            : segment.Words[0] == "tr" || word.All(char.IsAsciiDigit)));
}
