namespace OpenClaw.Edge.Tools;

/// <summary>Judges a command by policy and allowlist. Stateless.</summary>
internal static class ExecJudge
{
    // They read standard input and write standard output; without a file among their arguments they touch nothing.
    private static readonly string[] s_streamFilters = ["cut", "head", "tail", "tr", "uniq", "wc"];

    private static readonly string[] s_systemFolders = ["/bin", "/usr/bin"];

    /// <summary>Judges a command.</summary>
    /// <param name="command">Text for the shell.</param>
    /// <param name="directory">Absolute directory it starts in, links followed.</param>
    /// <param name="searchPath">The <c>PATH</c> it will have.</param>
    /// <param name="home">Home directory, for <c>~</c> in patterns.</param>
    /// <param name="policy">What holds.</param>
    /// <param name="allowlist">Lines that let programs run.</param>
    /// <param name="envSha256">What stands for the variables that the call adds; null when it adds none that matter.</param>
    public static ExecVerdict Judge(
        string command, string directory, string searchPath, string home, ExecPolicy policy, IReadOnlyList<AllowEntry> allowlist,
        string? envSha256 = null)
    {
        bool split = ShellWords.TrySplit(command, out List<ShellSegment> segments);
        string? first = null;
        List<AllowEntry> lasting = [];
        List<AllowEntry> used = [];
        bool allowed = split;
        bool bindable = split;
        foreach (ShellSegment segment in split ? segments : [])
        {
            BoundFile? program = ProgramSearch.Look(segment.Words[0], directory, searchPath);
            first ??= program?.Proof?.Path;
            if (envSha256 is null && IsStreamFilter(segment, program?.Invoked))
            {
                continue;
            }

            AllowEntry? bound = Bind(segment, program, directory, envSha256, out bool scriptKnown);
            AllowEntry? entry = program?.Proof is not { } proof ? null
                : allowlist.FirstOrDefault(line => line.EnvSha256 == envSha256 && Names(line, segment, proof.Path, home) && Allows(line, segment, bound, scriptKnown));
            if (entry is not null)
            {
                used.Add(entry);
                continue;
            }

            allowed = false;
            bindable &= scriptKnown && bound is not null;
            if (bound is not null)
            {
                lasting.Add(bound);
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

    // The entry that would hold for exactly this: program, words, directory, variables, and the files that decide what it does.
    private static AllowEntry? Bind(ShellSegment segment, BoundFile? program, string directory, string? envSha256, out bool scriptKnown)
    {
        scriptKnown = ScriptRunners.TryScript(segment.Words, out string? script);
        FileProof? text = script is null || script.Contains('\0', StringComparison.Ordinal)
            ? null : FileProof.Of(Path.GetFullPath(script, directory), always: true);
        scriptKnown &= script is null || text is not null;
        return program?.Proof is not { } proof ? null : new AllowEntry
        {
            Id = Guid.NewGuid().ToString(),
            Pattern = proof.Path,
            ArgPattern = ExecApprovals.ArgPatternOf(segment.Words, directory),
            Source = "allow-always",
            ProgramSha256 = proof.Sha256,
            ScriptPath = text?.Path,
            ScriptSha256 = text?.Sha256,
            EnvSha256 = envSha256,
        };
    }

    private static bool Names(AllowEntry entry, ShellSegment segment, string path, string home)
    {
        string program = segment.Words[0];
        return entry.Pattern.Contains('/', StringComparison.Ordinal) || entry.Pattern.StartsWith('~')
            ? PathGlob.Matches(entry.Pattern, path, home)
            : !program.Contains('/', StringComparison.Ordinal) && PathGlob.Matches(entry.Pattern, program, home);
    }

    // A generated line holds for what it was made for and nothing else; a line of a person's hand for what that person wrote.
    private static bool Allows(AllowEntry entry, ShellSegment segment, AllowEntry? bound, bool scriptKnown) => entry.ArgPattern switch
    {
        null => !entry.IsGenerated,
        _ when entry.ArgPattern.StartsWith(ExecApprovals.BoundArguments, StringComparison.Ordinal) =>
            bound is not null && scriptKnown && entry.ArgPattern == bound.ArgPattern && entry.ProgramSha256 == bound.ProgramSha256
            && entry.ScriptPath == bound.ScriptPath && entry.ScriptSha256 == bound.ScriptSha256,
        _ => !entry.IsGenerated && IsLiteral(entry.ArgPattern, out string literal) && literal == string.Join(' ', segment.Words.Skip(1)),
    };

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
