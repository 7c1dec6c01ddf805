using System.Text;

namespace OpenClaw.Edge.Tools;

/// <summary>What of a shell command a person should look at twice, in the original's words. For showing only: nothing is decided by it, and
/// what it does not see is not thereby harmless.</summary>
internal sealed class ShellRisks
{
    private const int MaxLines = 16;

    private static readonly string[] s_shells = ["sh", "bash", "dash", "ash", "zsh", "ksh", "fish", "pwsh"];

    // Words of the shell before a command that is run as it is.
    private static readonly string[] s_reserved = ["{", "}", "!", "if", "then", "elif", "else", "while", "until", "do", "done", "fi"];

    // What runs another program: told as such, or only looked through.
    private static readonly string[] s_carriers =
        ["sudo", "doas", "su", "watch", "setsid", "stdbuf", "chroot", "script", "unshare", "nsenter", "runuser", "pkexec", "xargs"];

    private static readonly string[] s_through =
        ["env", "nohup", "timeout", "exec", "command", "builtin", "time", "nice", "busybox", "toybox", "sudo", "doas", "watch", "setsid", "stdbuf", "pkexec"];

    private readonly List<string> _words = [];
    private readonly StringBuilder _word = new();
    private bool _dynamic;
    private bool _wordDynamic;
    private bool _inWord;
    private bool _brace; // one stands in the word

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
                quoted = end < 0; // it never ends
                end = end < 0 ? command.Length : end;
                _word.Append(command.AsSpan(i + 1, end - i - 1));
                _brace |= command.AsSpan(i + 1, end - i - 1).Contains('{');
                (_inWord, i) = (true, end);
            }
            else if (letter == '"')
            {
                (quoted, _inWord) = (!quoted, true);
            }
            else if (letter == '$' && next == '(' && i + 2 < command.Length && command[i + 2] == '(' && command.IndexOf("))", i, StringComparison.Ordinal) is > 0 and var sum)
            {
                (_inWord, _wordDynamic, i) = (true, true, sum + 1); // a sum
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
        if (quoted)
        {
            Note("syntax-error", null);
        }
    }

    // Outside of quotes; how many letters more than one it was.
    private int Plain(string command, int at, char letter, char next)
    {
        switch (letter)
        {
            case ' ' or '\t' or '\r':
                EndWord();
                return 0;
            case '(' when next == ')' && (_inWord || _words.Count > 0):
                EndWord();
                Note("function-definition", _words[^1]);
                _words.Clear();
                return 1;
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
                _inWord = _wordDynamic = next == '(' && _words.Count > 0; // a file name that nobody knows
                return letter == '<' && next == '<' ? (at + 2 < command.Length && command[at + 2] == '<' ? 2 : 1) : next == '>' ? 1 : 0;
            default:
                _wordDynamic |= letter is '*' or '?' || (letter == '[' && _word.Length > 0 && _word[^1] != '[') || (letter == ',' && _brace);
                Put(letter);
                return 0;
        }
    }

    private void Put(char letter)
    {
        _word.Append(letter);
        _brace |= letter == '{';
        _inWord = true;
    }

    private void EndWord()
    {
        if (_inWord)
        {
            if (_wordDynamic && _words.Count == 0 && !IsAssignment(_word.ToString()))
            {
                Note("dynamic-executable", null);
            }

            _dynamic |= _wordDynamic && _words.Count > 0;
            _words.Add(_word.ToString());
        }

        _word.Clear();
        (_inWord, _wordDynamic, _brace) = (false, false, false);
    }

    private void EndCommand()
    {
        EndWord();
        while (_words.Count > 0 && (IsAssignment(_words[0]) || Array.IndexOf(s_reserved, _words[0]) >= 0))
        {
            _words.RemoveAt(0); // what stands before the program
        }

        if (_words.Count > 0)
        {
            string program = Path.GetFileName(_words[0]);
            Judge(program);
            if (_dynamic)
            {
                Note("dynamic-argument", $"{program} dynamic argument");
            }
        }

        _words.Clear();
        _dynamic = false;
    }

    private static bool IsAssignment(string word) =>
        word.Length > 0 && (char.IsLetter(word[0]) || word[0] == '_') && word.Contains('=', StringComparison.Ordinal);

    private void Judge(string program)
    {
        List<string> carriers = [];
        int at = 0;
        while (true)
        {
            if (Array.IndexOf(s_carriers, program) >= 0)
            {
                carriers.Add(program);
            }

            if (Array.IndexOf(s_through, program) < 0)
            {
                break;
            }

            int inner = Inner(program, at);
            if (inner >= _words.Count)
            {
                if (program == "env")
                {
                    carriers.Add(program);
                }

                break;
            }

            (at, program) = (inner, Path.GetFileName(_words[inner]));
        }

        bool isShell = Array.IndexOf(s_shells, program) >= 0;
        string? flag = isShell ? ShellFlag(at) : InlineFlags.Of(program, _words, at);
        if (flag is not null && !isShell)
        {
            Note("inline-eval", $"{program.ToLowerInvariant()} {flag}");
            if (program == "find")
            {
                Note("command-carrier", $"find {flag}");
            }
        }

        carriers.ForEach(carrier => Note("command-carrier", carrier));
        if (flag is not null && isShell)
        {
            Note(at == 0 ? "shell-wrapper" : "shell-wrapper-through-carrier", at == 0 ? $"{program} {flag}" : null);
        }

        Word(program, at);
    }

    private void Word(string program, int at)
    {
        if (program is "eval" or "alias")
        {
            Note(program, null);
        }
        else if (program is "source" or ".")
        {
            Note("source", program);
        }
        else if (program == "function" && at + 1 < _words.Count)
        {
            Note("function-definition", _words[at + 1]);
        }
    }

    // Where the program stands that another one runs.
    private int Inner(string program, int at)
    {
        bool waits = program == "timeout"; // for its time
        for (at++; at < _words.Count; at++)
        {
            string word = _words[at];
            if (word.StartsWith('-'))
            {
                at += word is "-u" or "-g" or "-n" or "-k" or "-s" ? 1 : 0; // and its value
            }
            else if (waits)
            {
                waits = false;
            }
            else if (!IsAssignment(word))
            {
                break;
            }
        }

        return at;
    }

    // The flag by which a shell takes its orders from a word.
    private string? ShellFlag(int at)
    {
        for (int index = at + 1; index < _words.Count - 1; index++)
        {
            if (_words[index] is ['-', not '-', ..] and [.., 'c'])
            {
                return _words[index];
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

        string line = label is null || label == kind ? $"Contains {kind}" : $"Contains {kind}: {label}";
        if (Lines.Count < MaxLines && !Lines.Contains(line))
        {
            Lines.Add(line);
        }
    }
}
