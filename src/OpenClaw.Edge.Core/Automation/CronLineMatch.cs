using System.Globalization;

namespace OpenClaw.Edge.Automation;

/// <summary>The expression that a line of a source has to match, in the syntax of regular expressions of JavaScript without looking around or
/// back. All ways are followed side by side, so that no line and no expression can hold it up.</summary>
internal sealed class CronLineMatch
{
    private const int MaxChars = 1_000; // guess
    private const int MaxSteps = 2_000; // of the program
    private const long MaxWork = 8_000_000; // for a line; beyond it, the line does not match

    private readonly List<Step> _program = [];
    private readonly string _text;
    private int _at;

    private CronLineMatch(string text)
    {
        _text = text;
        Alternatives(0);
        if (_at < text.Length)
        {
            throw new FormatException();
        }

        Emit(new Step(Op.Match));
    }

    private enum Op : byte
    {
        Match,
        Any,
        Set,
        Split,
        Jump,
        Start,
        End,
        Word,
        NotWord,
    }

    /// <summary>Reads an expression. Throws <see cref="CronInputException"/>.</summary>
    public static CronLineMatch Parse(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            throw CronInputException.Unavailable("cron stream match is required when mode=\"match\"");
        }

        try
        {
            return text.Length <= MaxChars ? new CronLineMatch(text) : throw new NotSupportedException();
        }
        catch (Exception wrong) when (wrong is FormatException or NotSupportedException)
        {
            string why = wrong is FormatException ? "invalid-regex" : "it is too long, or looks around or back";
            throw CronInputException.Unavailable($"cron stream match is not a safe regular expression ({why})");
        }
    }

    /// <summary>Whether any part of a line is meant.</summary>
    public bool IsMatch(string line)
    {
        bool[] now = new bool[_program.Count];
        bool[] next = new bool[_program.Count];
        Stack<int> open = [];
        long work = 0;
        for (int i = 0; i <= line.Length; i++)
        {
            if (Follow(0, now, open, line, i) || (work += _program.Count) > MaxWork)
            {
                return work <= MaxWork;
            }

            if (i == line.Length)
            {
                break;
            }

            Array.Clear(next);
            bool found = false;
            for (int at = 0; at < now.Length; at++)
            {
                if (now[at] && (_program[at].Op == Op.Any || (_program[at].Op == Op.Set && _program[at].Set!.Holds(line[i]))))
                {
                    found |= Follow(at + 1, next, open, line, i + 1);
                }
            }

            if (found)
            {
                return true;
            }

            (now, next) = (next, now);
        }

        return false;
    }

    private bool Follow(int from, bool[] into, Stack<int> open, string line, int i)
    {
        open.Push(from);
        bool found = false;
        while (open.TryPop(out int at))
        {
            if (into[at])
            {
                continue;
            }

            into[at] = true;
            Step step = _program[at];
            switch (step.Op)
            {
                case Op.Match:
                    found = true;
                    break;
                case Op.Split:
                    open.Push(step.Second);
                    open.Push(step.First);
                    break;
                case Op.Jump:
                    open.Push(step.First);
                    break;
                case Op.Start when i == 0:
                case Op.End when i == line.Length:
                case Op.Word when IsEdge(line, i):
                case Op.NotWord when !IsEdge(line, i):
                    open.Push(at + 1);
                    break;
                default:
                    break;
            }
        }

        return found;
    }

    private static bool IsEdge(string line, int i) => (i > 0 && CharSet.IsWord(line[i - 1])) != (i < line.Length && CharSet.IsWord(line[i]));

    private void Emit(Step step)
    {
        if (_program.Count >= MaxSteps)
        {
            throw new NotSupportedException();
        }

        _program.Add(step);
    }

    private void Alternatives(int depth)
    {
        if (depth > 50)
        {
            throw new NotSupportedException();
        }

        int start = _program.Count;
        List<int> ends = [];
        Sequence(depth);
        while (_at < _text.Length && _text[_at] == '|')
        {
            _at++;
            Insert(start, new Step(Op.Split, start + 1, _program.Count + 2));
            ends.Add(_program.Count);
            Emit(new Step(Op.Jump));
            start = _program.Count;
            Sequence(depth);
        }

        foreach (int end in ends)
        {
            _program[end] = new Step(Op.Jump, _program.Count);
        }
    }

    // What stands behind moves by one, and so do its jumps.
    private void Insert(int at, Step step)
    {
        Emit(new Step(Op.Match));
        for (int i = _program.Count - 1; i > at; i--)
        {
            Step moved = _program[i - 1];
            _program[i] = moved.Op is Op.Split or Op.Jump ? moved with { First = Moved(moved.First, at), Second = Moved(moved.Second, at) } : moved;
        }

        _program[at] = step;
    }

    private static int Moved(int target, int at) => target >= at ? target + 1 : target;

    private void Sequence(int depth)
    {
        while (_at < _text.Length && _text[_at] is not ('|' or ')'))
        {
            int start = _program.Count;
            bool repeats = Atom(depth);
            if (_at >= _text.Length || !TryCount(out int least, out int most))
            {
                continue;
            }

            if (!repeats)
            {
                throw new FormatException();
            }

            Repeat([.. _program.GetRange(start, _program.Count - start)], start, least, most);
        }
    }

    private void Repeat(Step[] once, int start, int least, int most)
    {
        _program.RemoveRange(start, once.Length);
        void Copy()
        {
            int shift = _program.Count - start;
            foreach (Step step in once)
            {
                Emit(step.Op is Op.Split or Op.Jump ? step with { First = step.First + shift, Second = step.Second + shift } : step);
            }
        }

        for (int i = 0; i < least; i++)
        {
            Copy();
        }

        if (most < 0)
        {
            int head = _program.Count;
            Emit(new Step(Op.Split, head + 1, 0));
            Copy();
            Emit(new Step(Op.Jump, head));
            _program[head] = new Step(Op.Split, head + 1, _program.Count);
            return;
        }

        List<int> skips = [];
        for (int i = least; i < most; i++)
        {
            skips.Add(_program.Count);
            Emit(new Step(Op.Split));
            Copy();
        }

        foreach (int skip in skips)
        {
            _program[skip] = new Step(Op.Split, skip + 1, _program.Count);
        }
    }

    private bool TryCount(out int least, out int most)
    {
        (least, most) = _text[_at] switch { '*' => (0, -1), '+' => (1, -1), '?' => (0, 1), _ => (-1, -1) };
        int close = _text[_at] == '{' ? _text.IndexOf('}', _at) : -1;
        if (close > 0)
        {
            string[] parts = _text[(_at + 1)..close].Split(',');
            if (parts.Length > 2 || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out least))
            {
                least = -1; // the braces stand for themselves
            }
            else
            {
                most = parts.Length == 1 ? least : parts[1].Length == 0 ? -1
                    : int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int to) && to >= least ? to : throw new FormatException();
                if (Math.Max(least, most) > MaxSteps)
                {
                    throw new NotSupportedException();
                }

                _at = close;
            }
        }

        if (least < 0)
        {
            return false;
        }

        _at++;
        _at += _at < _text.Length && _text[_at] == '?' ? 1 : 0; // lazy or not, it is the same lines
        return true;
    }

    // Whether what was read can be repeated.
    private bool Atom(int depth)
    {
        char letter = _text[_at++];
        switch (letter)
        {
            case '^':
                Emit(new Step(Op.Start));
                return false;
            case '$':
                Emit(new Step(Op.End));
                return false;
            case '.':
                Emit(new Step(Op.Any));
                return true;
            case '(':
                if (_at + 1 < _text.Length && _text[_at] == '?')
                {
                    _at += _text[_at + 1] == ':' ? 2 : throw new NotSupportedException();
                }

                Alternatives(depth + 1);
                _at += _at < _text.Length && _text[_at] == ')' ? 1 : throw new FormatException();
                return true;
            case '[':
                Emit(new Step(Op.Set) { Set = CharSet.Class(_text, ref _at) });
                return true;
            case '\\' when _at < _text.Length && _text[_at] is 'b' or 'B':
                Emit(new Step(_text[_at++] == 'b' ? Op.Word : Op.NotWord));
                return false;
            case '\\':
                Emit(new Step(Op.Set) { Set = CharSet.Escape(_text, ref _at) });
                return true;
            case '*' or '+' or '?':
                throw new FormatException();
            default:
                Emit(new Step(Op.Set) { Set = CharSet.Of(letter) });
                return true;
        }
    }

    private sealed record Step(Op Op, int First = 0, int Second = 0)
    {
        public CharSet? Set { get; init; }
    }
}
