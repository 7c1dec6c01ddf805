using System.Text;

namespace OpenClaw.Edge.Memory;

/// <summary>Cuts Markdown into pieces: at headings where a piece is long enough to stand alone, else where it is full, with an overlap
/// so that no sentence lies between two pieces. Stateless.</summary>
public static class MemoryChunker
{
    private const int UnitsPerToken = 4; // Source: the original counts four letters as a token
    private const int WideUnits = 4; // and a letter of Chinese, Japanese or Korean as one
    private const int MaxHeadings = 6;
    private const int MaxHeadingChars = 120;

    /// <summary>Cuts a text.</summary>
    /// <param name="text">The whole file.</param>
    /// <param name="tokens">Most tokens of a piece.</param>
    /// <param name="overlap">Tokens that a piece repeats of the one before; less than half of <paramref name="tokens"/>.</param>
    public static IReadOnlyList<MemoryChunk> Cut(string text, int tokens, int overlap)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new Cutter(Math.Max(32, tokens * UnitsPerToken), Math.Clamp(overlap, 0, tokens / 2) * UnitsPerToken).Run(text);
    }

    /// <summary>Whether a letter is of a script without spaces between words.</summary>
    internal static bool IsWide(char letter) => letter >= 0x2E80 && letter is not (>= '\uD800' and <= '\uDFFF') && letter is not (>= '\uFE00' and <= '\uFE0F');

    private static int Units(ReadOnlySpan<char> text)
    {
        int units = text.Length;
        foreach (char letter in text)
        {
            units += IsWide(letter) ? WideUnits - 1 : 0;
        }

        return units;
    }

    private struct Cutter(int most, int overlap)
    {
        private readonly List<MemoryChunk> _pieces = [];
        private readonly List<(int Line, string Text, int Units)> _lines = [];
        private readonly string[] _headings = new string[MaxHeadings];
        private string _heading = "";
        private int _units;
        private int _repeated; // lines at the start that the piece before has too

        public List<MemoryChunk> Run(string text)
        {
            int number = 0;
            bool fenced = false;
            foreach (ReadOnlySpan<char> raw in text.AsSpan().EnumerateLines())
            {
                number++;
                ReadOnlySpan<char> line = raw.TrimEnd();
                bool fence = line.TrimStart().StartsWith("```", StringComparison.Ordinal);
                fenced ^= fence;
                if (!fenced && !fence && HeadingLevel(line) is > 0 and int level)
                {
                    StartSection(level, line[level..].Trim());
                }

                Add(number, line);
            }

            Close(keep: false);
            return _pieces;
        }

        private static int HeadingLevel(ReadOnlySpan<char> line)
        {
            int level = line.IndexOfAnyExcept('#');
            return level is > 0 and <= MaxHeadings && line[level] == ' ' ? level : 0;
        }

        // A short section stays with the one before: ten notes of a line each are one piece.
        private void StartSection(int level, ReadOnlySpan<char> title)
        {
            if (_units * 4 >= most)
            {
                Close(keep: false);
            }

            _headings[level - 1] = (title.Length > MaxHeadingChars ? title[..MaxHeadingChars] : title).ToString();
            Array.Clear(_headings, level, MaxHeadings - level);
            if (_lines.Count == 0)
            {
                _heading = Trail();
            }
        }

        private readonly string Trail() => string.Join(" › ", _headings.Where(heading => !string.IsNullOrEmpty(heading)));

        private void Add(int number, ReadOnlySpan<char> line)
        {
            while (true)
            {
                int units = Units(line) + 1;
                if (_units + units <= most)
                {
                    Take(number, line, units);
                    return;
                }

                if (units <= most)
                {
                    Close(keep: true);
                    if (_units + units > most)
                    {
                        _lines.Clear(); // the line alone fills a piece
                        (_units, _repeated) = (0, 0);
                    }

                    Take(number, line, units);
                    return;
                }

                Close(keep: false);
                int cut = CutAt(line);
                Take(number, line[..cut], Units(line[..cut]) + 1);
                Close(keep: false);
                line = line[cut..].TrimStart();
            }
        }

        private void Take(int number, ReadOnlySpan<char> line, int units)
        {
            if (_lines.Count == 0)
            {
                if (line.IsEmpty)
                {
                    return; // no piece begins with an empty line
                }

                _heading = Trail();
            }

            _lines.Add((number, line.ToString(), units));
            _units += units;
        }

        // At a space in the last quarter of what fits, never inside a surrogate pair.
        private readonly int CutAt(ReadOnlySpan<char> line)
        {
            int fits = 0;
            for (int units = 1; fits < line.Length; fits++)
            {
                units += IsWide(line[fits]) ? WideUnits : 1;
                if (units > most)
                {
                    break;
                }
            }

            int space = line[..fits].LastIndexOf(' ');
            int cut = space > fits * 3 / 4 ? space : fits;
            return Math.Max(1, char.IsHighSurrogate(line[cut - 1]) ? cut - 1 : cut);
        }

        private void Close(bool keep)
        {
            if (_lines.Count > _repeated)
            {
                int first = 0;
                int last = _lines.Count - 1;
                while (first < last && _lines[first].Text.Length == 0)
                {
                    first++;
                }

                while (last > first && _lines[last].Text.Length == 0)
                {
                    last--;
                }

                StringBuilder text = new();
                for (int i = first; i <= last; i++)
                {
                    text.Append(_lines[i].Text).Append(i < last ? "\n" : "");
                }

                if (text.Length > 0)
                {
                    _pieces.Add(new MemoryChunk(_lines[first].Line, _lines[last].Line, _heading, text.ToString()));
                }
            }

            int kept = 0;
            int units = 0;
            while (keep && kept < _lines.Count - 1 && units + _lines[^(kept + 1)].Units <= overlap)
            {
                units += _lines[^(++kept)].Units;
            }

            _lines.RemoveRange(0, _lines.Count - kept);
            (_units, _repeated) = (units, kept);
            if (kept > 0)
            {
                _heading = Trail();
            }
        }
    }
}
