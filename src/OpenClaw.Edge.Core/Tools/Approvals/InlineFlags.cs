namespace OpenClaw.Edge.Tools;

/// <summary>By which word of its own a program takes orders: an interpreter its text, <c>find</c> and <c>xargs</c> a command. For showing only.</summary>
internal static class InlineFlags
{
    /// <summary>The flag, in the shortest way of writing it, or <c>&lt;program&gt;</c> for a word without one; null where there is none.</summary>
    /// <param name="program">Name of the program.</param>
    /// <param name="words">The command.</param>
    /// <param name="at">Where the program stands in it.</param>
    public static string? Of(string program, List<string> words, int at)
    {
        string? operand = null;
        for (int index = at + 1; index < words.Count; index++)
        {
            string word = words[index];
            if (!word.StartsWith('-') || word.Length == 1)
            {
                operand ??= word;
            }
            else if (Flag(program, word) is { } flag)
            {
                return flag;
            }
        }

        bool reads = words.Contains("-f"); // its text from a file
        return program switch
        {
            "awk" or "gawk" or "mawk" or "nawk" or "sed" when operand is not null && !reads => "<program>",
            "xargs" when operand is not null => "<command>",
            _ => null,
        };
    }

    private static string? Flag(string program, string word) => program switch
    {
        "find" => word is "-exec" or "-execdir" or "-ok" or "-okdir" ? word : null,
        "make" => word == "-f" ? word : null,
        "sed" => word == "-e" ? word : null,
        "node" or "nodejs" or "bun" => word is "-e" or "-p" or "--eval" or "--print" ? word : word is "-pe" ? "-p" : null,
        "php" => word is "-r" or "-B" or "-R" or "-E" ? word : null,
        "perl" or "ruby" or "lua" or "osascript" or "R" or "Rscript" => IsRun(word) ? "-e" : null,
        _ when program.StartsWith("python", StringComparison.Ordinal) || program.StartsWith("pypy", StringComparison.Ordinal) =>
            word is ['-', not '-', ..] and [.., 'c'] ? "-c" : null,
        _ => null,
    };

    // -e, -E, -ne, -pie: letters that stand together, the text last.
    private static bool IsRun(string word) => word is [.., 'e' or 'E'] && word.AsSpan(1).TrimStart("neplaiwE").IsEmpty;
}
