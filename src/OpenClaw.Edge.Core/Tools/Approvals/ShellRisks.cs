using System.Text;

namespace OpenClaw.Edge.Tools;

/// <summary>What of a shell command a person should look at twice, in the original's words. For showing only: nothing is decided by it, and
/// what it does not see is not thereby harmless.</summary>
internal sealed class ShellRisks
{
    private const int MaxLines = 16;

    private static readonly string[] s_shells = ["sh", "bash", "dash", "ash", "zsh", "ksh", "fish"];

    private static readonly string[] s_carriers =
        ["sudo", "doas", "su", "env", "xargs", "nohup", "nice", "timeout", "stdbuf", "setsid", "watch", "parallel", "busybox", "toybox", "command", "exec"];

    private readonly List<string> _words = [];
    private readonly StringBuilder _word = new();
    private bool _dynamic;
    private bool _wordDynamic;
    private bool _inWord;

    private ShellRisks()
    {
    }

    /// <summary>Kinds, each once, in the order of the text.</summary>
    public List<string> Kinds { get; } = [];

    /// <summary>A line for each finding.</summary>
    public List<string> Lines { get; } = [];

    /// <summary>Looks at a command. Never throws.</summary>
    public static ShellRisks Of(string command)
    {
        ShellRisks risks = new();
        risks.Walk(command);
        return risks;
    }

    private void Walk(string command)
    {
        bool quoted = false; // within double quotes, where only expansions mean something
        for (int i = 0; i < command.Length; i++)
        {
            char letter = command[i];
            char next = i + 1 < command.Length ? command[i + 1] : '\0';
            if (letter == '\\')
            {
                if (next == '\n')
                {
                    Note("line-continuation", null);
                }
                else if (next != '\0')
                {
                    Put(next);
                }

                i++;
            }
            else if (letter == '\'' && !quoted)
            {
                int end = command.IndexOf('\'', i + 1);
                end = end < 0 ? command.Length : end;
                _word.Append(command.AsSpan(i + 1, end - i - 1));
                (_inWord, i) = (true, end);
            }
            else if (letter == '"')
            {
                (quoted, _inWord) = (!quoted, true);
            }
            else if (letter == '`' || (letter == '$' && next == '('))
            {
                Note("command-substitution", null);
                (_inWord, _wordDynamic) = (true, true);
            }
            else if (letter == '$' && (char.IsLetterOrDigit(next) || next is '{' or '@' or '*' or '?' or '_'))
            {
                Put(letter);
                _wordDynamic = true;
            }
            else if (quoted)
            {
                Put(letter);
            }
            else
            {
                i += Plain(command, i, letter, next);
            }
        }

        EndCommand();
    }

    // Outside of quotes; how many letters more than one it was.
    private int Plain(string command, int at, char letter, char next)
    {
        switch (letter)
        {
            case ' ' or '\t' or '\r':
                EndWord();
                return 0;
            case ';' or '|' or '\n' or '(' or ')':
            case '&' when at == 0 || command[at - 1] is not ('>' or '<'):
                EndCommand();
                return 0;
            case '<' or '>':
                EndWord();
                Note(
                    next == '(' ? "process-substitution"
                    : letter == '<' && next == '<' ? (at + 2 < command.Length && command[at + 2] == '<' ? "here-string" : "heredoc")
                    : "redirect",
                    null);
                return letter == '<' && next == '<' ? (at + 2 < command.Length && command[at + 2] == '<' ? 2 : 1) : next == '>' ? 1 : 0;
            default:
                Put(letter);
                return 0;
        }
    }

    private void Put(char letter)
    {
        _word.Append(letter);
        _inWord = true;
    }

    private void EndWord()
    {
        if (_inWord)
        {
            if (_wordDynamic && _words.Count == 0)
            {
                Note("dynamic-executable", null);
            }

            _dynamic |= _wordDynamic && _words.Count > 0;
            _words.Add(_word.ToString());
        }

        _word.Clear();
        (_inWord, _wordDynamic) = (false, false);
    }

    private void EndCommand()
    {
        EndWord();
        while (_words.Count > 0 && _words[0].Contains('=', StringComparison.Ordinal) && char.IsLetter(_words[0][0]))
        {
            _words.RemoveAt(0); // assignments before the program
        }

        if (_words.Count > 0)
        {
            Judge(Path.GetFileName(_words[0]));
            if (_dynamic)
            {
                Note("dynamic-argument", $"{Path.GetFileName(_words[0])} dynamic argument");
            }
        }

        _words.Clear();
        _dynamic = false;
    }

    private void Judge(string program)
    {
        string? flag = Flag(program);
        if (flag is not null)
        {
            Note(Array.IndexOf(s_shells, program) >= 0 ? "shell-wrapper" : "inline-eval", $"{program} {flag}");
        }
        else if (Array.IndexOf(s_carriers, program) >= 0)
        {
            Note("command-carrier", program);
        }
        else if (program is "eval" or "alias")
        {
            Note(program, null);
        }
        else if (program is "source" or ".")
        {
            Note("source", program);
        }
    }

    // The flag by which a program takes its orders from a word, or find a command.
    private string? Flag(string program)
    {
        bool shell = Array.IndexOf(s_shells, program) >= 0;
        foreach (string word in _words.Skip(1))
        {
            if (program == "find" && word is "-exec" or "-execdir" or "-ok" or "-okdir")
            {
                Note("command-carrier", $"find {word}");
                return null;
            }

            bool eval = shell ? word.Length > 1 && word[0] == '-' && word[1] != '-' && word.EndsWith('c')
                : program.StartsWith("python", StringComparison.Ordinal) || program.StartsWith("pypy", StringComparison.Ordinal) ? word == "-c"
                : program is "node" or "nodejs" or "bun" or "perl" or "ruby" or "lua" ? word is "-e" or "-p" or "-E" or "--eval"
                : program == "php" && word == "-r";
            if (eval)
            {
                return word;
            }
        }

        return null;
    }

    private void Note(string kind, string? label)
    {
        if (!Kinds.Contains(kind))
        {
            Kinds.Add(kind);
        }

        string line = label is null ? $"Contains {kind}" : $"Contains {kind}: {label}";
        if (Lines.Count < MaxLines && !Lines.Contains(line))
        {
            Lines.Add(line);
        }
    }
}
