using System.Text;

namespace OpenClaw.Edge.Tools;

/// <summary>Splits a shell command into the programs that it runs, where that is certain: words, quotes, pipes, <c>;</c>,
/// <c>&amp;&amp;</c>, <c>||</c> and line breaks. Everything else that a shell may do — expansion, substitution, redirection,
/// groups, keywords, background — is refused, so that what is judged is what runs.</summary>
internal static class ShellWords
{
    private const int MaxSegments = 32;
    private const int MaxChars = 16 * 1024;

    private static readonly HashSet<string> s_keywords = new(StringComparer.Ordinal)
    {
        "if", "then", "else", "elif", "fi", "for", "while", "until", "do", "done", "case", "esac", "in", "select", "function", "time",
        "coproc", "{", "}", "!", "[[", "]]",
        "eval", "exec", "source", ".", "command", "builtin", "alias", "unalias", "set", "export", "declare", "typeset", "local", "readonly",
        "trap", "enable", "hash", "shopt", "unset", "let", "read", "mapfile", "env", "xargs", "nohup", "nice", "sudo", "doas", "su",
        "busybox", "toybox", "timeout", "stdbuf", "setsid", "chroot", "unshare", "nsenter", "watch", "parallel", "cd", "pushd", "popd",
    };

    /// <summary>Splits a command. False when it does what cannot be judged word by word.</summary>
    public static bool TrySplit(string command, out List<ShellSegment> segments)
    {
        segments = [];
        if (command.Length > MaxChars)
        {
            return false;
        }

        List<string> words = [];
        StringBuilder word = new();
        bool inWord = false;
        bool quoted = false;
        int start = 0; // of the word
        (int Start, int Length) program = default;
        for (int i = 0; i < command.Length; i++)
        {
            char letter = command[i];
            start = inWord ? start : i;
            switch (letter)
            {
                case '\'':
                    int end = command.IndexOf('\'', i + 1);
                    if (end < 0)
                    {
                        return false;
                    }

                    word.Append(command.AsSpan(i + 1, end - i - 1));
                    (inWord, quoted, i) = (true, true, end);
                    break;
                case '"':
                    if (!TryDoubleQuoted(command, ref i, word))
                    {
                        return false;
                    }

                    (inWord, quoted) = (true, true);
                    break;
                case '\\' when i + 1 < command.Length && command[i + 1] != '\n':
                    word.Append(command[++i]);
                    (inWord, quoted) = (true, true);
                    break;
                case ' ' or '\t':
                    EndWord(i);
                    break;
                case ';' or '\n' or '|':
                case '&' when i + 1 < command.Length && command[i + 1] == '&':
                    bool pair = letter is '|' or '&' && i + 1 < command.Length && command[i + 1] == letter;
                    EndWord(i);
                    if (!EndSegment(segments, ref words, program, required: letter != '\n') || (letter == '|' && !pair && i + 1 < command.Length && command[i + 1] == '&'))
                    {
                        return false;
                    }

                    i += pair ? 1 : 0;
                    break;
                default:
                    // ~ and = matter at a word's start only, globs everywhere; a control character is nothing honest
                    if (letter is '$' or '`' or '<' or '>' or '(' or ')' or '&' or '*' or '?' or '[' or ']' or '{' or '}' or '#' or '\\' or '!'
                        || char.IsControl(letter) || (letter == '~' && !inWord))
                    {
                        return false;
                    }

                    word.Append(letter);
                    inWord = true;
                    break;
            }
        }

        EndWord(command.Length);
        return EndSegment(segments, ref words, program, required: false) && segments.Count > 0;

        void EndWord(int end)
        {
            if (inWord)
            {
                program = words.Count == 0 ? (start, end - start) : program;

                // an assignment before the program changes how it runs; as an empty word nothing matches it
                words.Add(!quoted && words.Count == 0 && word.ToString().Contains('=', StringComparison.Ordinal) ? "" : word.ToString());
            }

            word.Clear();
            (inWord, quoted) = (false, false);
        }
    }

    /// <summary>Counts the commands of a line: those it runs itself, and those within substitutions and groups. What it is
    /// made of is not judged; for showing only.</summary>
    public static (int Own, int Nested) Count(string command)
    {
        Span<int> counts = stackalloc int[2];
        int depth = 0;
        bool backtick = false;
        int quoted = -1; // depth at which double quotes are open
        bool fresh = true; // the next word starts a command
        for (int i = 0; i < command.Length; i++)
        {
            char letter = command[i];
            if (letter == '"' && (quoted < 0 || quoted == depth))
            {
                quoted = quoted < 0 ? depth : -1;
            }

            bool text = quoted == depth; // only substitutions mean something here
            switch (letter)
            {
                case '\\':
                    i++;
                    break;
                case '\'' when !text:
                    i = command.IndexOf('\'', i + 1) is >= 0 and int end ? end : command.Length;
                    break;
                case '`':
                    (backtick, fresh) = (!backtick, !backtick);
                    depth += backtick ? 1 : -1;
                    continue;
                case '(' when !text || (i > 0 && command[i - 1] == '$'):
                    (depth, fresh) = (depth + 1, true);
                    continue;
                case ')' when !text:
                    (depth, fresh) = (Math.Max(0, depth - 1), false);
                    continue;
                case ';' or '|' or '\n' when !text:
                case '&' when !text && (i == 0 || command[i - 1] is not ('>' or '<')) && (i + 1 == command.Length || command[i + 1] != '>'):
                    fresh = true;
                    continue;
                case '#' when fresh && !text:
                    i = command.IndexOf('\n', i) is >= 0 and int line ? line - 1 : command.Length;
                    continue;
                case '$' or '"' or ' ' or '\t' or '\r' or '{' or '}' or '!' or '<' or '>':
                    continue;
            }

            counts[depth > 0 ? 1 : 0] += fresh ? 1 : 0;
            fresh = false;
        }

        return (counts[0], counts[1]);
    }

    private static bool EndSegment(List<ShellSegment> segments, ref List<string> words, (int Start, int Length) program, bool required)
    {
        if (words.Count == 0)
        {
            return !required;
        }

        if (segments.Count == MaxSegments || words[0].Length == 0 || s_keywords.Contains(words[0]) || RunsItsWords(words))
        {
            return false;
        }

        segments.Add(new ShellSegment(words, program.Start, program.Length));
        words = [];
        return true;
    }

    // Shells do sums with the names that these built-ins are given, and run the substitutions in them, however they were quoted.
    private static bool RunsItsWords(List<string> words) => words[0] is "test" or "printf"
        && words.Exists(word => word.StartsWith("-v", StringComparison.Ordinal) || word.Contains('$', StringComparison.Ordinal) || word.Contains('`', StringComparison.Ordinal));

    private static bool TryDoubleQuoted(string command, ref int at, StringBuilder word)
    {
        for (at++; at < command.Length; at++)
        {
            char letter = command[at];
            if (letter == '"')
            {
                return true;
            }

            if (letter is '$' or '`' or '!')
            {
                return false;
            }

            if (letter == '\\' && at + 1 < command.Length && command[at + 1] is '"' or '\\')
            {
                letter = command[++at];
            }
            else if (letter == '\\')
            {
                return false;
            }

            word.Append(letter);
        }

        return false;
    }
}
