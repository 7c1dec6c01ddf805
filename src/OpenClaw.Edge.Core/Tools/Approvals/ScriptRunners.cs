namespace OpenClaw.Edge.Tools;

/// <summary>Programs that run what a file says. Source: the original's tables of interpreters and of package managers.</summary>
internal static class ScriptRunners
{
    private static readonly string[] s_shells = ["sh", "bash", "dash", "ash", "zsh", "ksh", "fish"];
    private static readonly string[] s_languages = ["python", "pypy", "node", "nodejs", "perl", "ruby", "php", "lua", "tclsh", "rscript", "julia"];

    // They take their orders from files that no word names, or from their input, or run other programs.
    private static readonly string[] s_opaque =
    [
        "awk", "gawk", "mawk", "nawk", "sed", "gsed", "busybox", "toybox", "bun", "deno", "tsx", "ts-node", "ts-node-esm", "esno", "jiti",
        "vite-node", "npm", "npx", "pnpm", "yarn", "corepack", "make", "gmake", "just", "rake", "expect", "gdb", "groovy", "scala", "clojure",
        "clj", "elixir", "iex", "guile", "raku", "ghc", "ghci", "erl", "pwsh", "find", "source", ".",
    ];

    // They run another program, whose script nobody has looked for.
    private static readonly string[] s_carriers =
    [
        "env", "xargs", "nohup", "nice", "ionice", "chrt", "taskset", "timeout", "stdbuf", "setsid", "sudo", "doas", "su", "runuser", "pkexec",
        "chroot", "unshare", "nsenter", "watch", "parallel", "time", "strace", "ltrace", "flock", "script", "systemd-run",
    ];

    /// <summary>What a runner reads without being told.</summary>
    public static IReadOnlyList<string> ImpliedFiles { get; } =
        ["Makefile", "makefile", "GNUmakefile", "package.json", "justfile", "Rakefile"];

    /// <summary>Whether a program may run files that its words name.</summary>
    public static bool Contains(string program) => NameOf(program) is var name
        && (s_shells.Contains(name) || s_languages.Contains(name) || s_opaque.Contains(program) || s_opaque.Contains(name));

    /// <summary>The one script of a program's words, when it can be told for certain.</summary>
    /// <param name="words">Program and arguments.</param>
    /// <param name="script">The word that names the script; null when the program runs none.</param>
    /// <returns>False when what it runs is not certain: then it cannot be bound.</returns>
    public static bool TryScript(IReadOnlyList<string> words, out string? script)
    {
        script = null;
        string name = NameOf(words[0]);
        if (!Contains(words[0]))
        {
            return !s_carriers.Contains(name);
        }

        bool shell = s_shells.Contains(name);
        if (!shell && !s_languages.Contains(name))
        {
            return false;
        }

        string plain = shell ? "euxvf" : name is "python" or "pypy" ? "uBsEIOq" : "";
        foreach (string word in words.Skip(1))
        {
            if (word.Length == 0 || word == "-" || word[0] is '-' or '+')
            {
                if (word.Length < 2 || word[0] != '-' || word.AsSpan(1).IndexOfAnyExcept(plain) >= 0)
                {
                    return false; // -c, -e, -m and whatever else is not known to be harmless
                }

                continue;
            }

            script = word;
            return true;
        }

        return false; // it reads its input
    }

    // /usr/bin/python3.11 is python
    private static string NameOf(string program) =>
        Path.GetFileName(program).ToLowerInvariant().TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '.', '-') is { Length: > 0 } name ? name : program;
}
