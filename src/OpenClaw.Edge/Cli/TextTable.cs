namespace OpenClaw.Edge.Cli;

/// <summary>Columns that line up and fit the terminal: the widest columns give way first.</summary>
/// <param name="headings">One for each column.</param>
internal sealed class TextTable(params string[] headings)
{
    private const int Gap = 2;
    private const int Narrowest = 8;

    private readonly List<string[]> _rows = [];

    /// <summary>Adds a row of as many cells as there are headings.</summary>
    public void Add(params string[] cells) => _rows.Add([.. cells.Select(TextLayout.OneLine)]);

    /// <summary>Writes the table. A <paramref name="width"/> of 0 cuts nothing, for pipes.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="paint">Colours of headings and cells.</param>
    /// <param name="width">Columns of the terminal.</param>
    /// <param name="style">Colours a cell, given its column and its text; never changes its width.</param>
    public void Write(TextWriter output, Paint paint, int width, Func<int, string, string>? style = null)
    {
        int[] widths = [.. headings.Select((heading, i) =>
            _rows.Select(row => TextLayout.Width(row[i])).Append(heading.Length).Max())];
        Fit(widths, width);
        output.WriteLine(Line(headings, widths, (_, text) => paint.Bold(text)));
        foreach (string[] row in _rows)
        {
            output.WriteLine(Line(row, widths, style));
        }
    }

    private static void Fit(int[] widths, int width)
    {
        while (width > 0 && widths.Sum() + (Gap * (widths.Length - 1)) > width)
        {
            int widest = Array.IndexOf(widths, widths.Max());
            if (widths[widest] <= Narrowest)
            {
                return;
            }

            widths[widest]--;
        }
    }

    private static string Line(string[] cells, int[] widths, Func<int, string, string>? style)
    {
        List<string> parts = new(cells.Length);
        for (int i = 0; i < cells.Length; i++)
        {
            string text = TextLayout.Cut(cells[i], widths[i]);
            int padding = i == cells.Length - 1 ? 0 : widths[i] - TextLayout.Width(text) + Gap;
            parts.Add((style?.Invoke(i, text) ?? text) + new string(' ', padding));
        }

        return string.Concat(parts).TrimEnd();
    }
}
