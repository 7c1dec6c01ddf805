using System.Text;

namespace OpenClaw.Edge.Tools;

/// <summary>One replacement in a text: exact where it can be, and else with whitespace forgiven, because small models
/// misremember indentation. Ambiguous text is never replaced.</summary>
internal static class TextEdit
{
    /// <summary>Replaces the only place that matches. False with a sentence for the model.</summary>
    public static bool TryApply(string text, string oldText, string newText, out string result, out string problem)
    {
        result = text;
        problem = "";
        if (oldText.Length == 0)
        {
            problem = "oldText is empty; use write to create a file, or quote the text to replace";
            return false;
        }

        int at = text.IndexOf(oldText, StringComparison.Ordinal);
        if (at >= 0)
        {
            if (text.IndexOf(oldText, at + 1, StringComparison.Ordinal) >= 0)
            {
                problem = "oldText occurs more than once; quote more lines around it so that it is unique";
                return false;
            }

            result = string.Concat(text.AsSpan(0, at), newText, text.AsSpan(at + oldText.Length));
            return true;
        }

        List<(int Start, int End)> places = FindLoosely(text, oldText);
        if (places.Count == 1)
        {
            (int start, int end) = places[0];
            result = string.Concat(text.AsSpan(0, start), newText.TrimEnd('\r', '\n'), text.AsSpan(end));
            return true;
        }

        problem = places.Count == 0
            ? "oldText was not found; read the file again and quote it exactly"
            : "oldText matches more than one place when whitespace is forgiven; quote it exactly";
        return false;
    }

    // Whole lines are compared with their whitespace runs made one space; a match covers its lines without the last newline.
    private static List<(int Start, int End)> FindLoosely(string text, string oldText)
    {
        List<(int Start, int End)> found = [];
        string[] wanted = [.. Lines(oldText.Trim('\r', '\n')).Select(line => Squeeze(oldText.Trim('\r', '\n')[line.Start..line.End]))];
        if (wanted.All(line => line.Length == 0))
        {
            return found;
        }

        List<(int Start, int End)> lines = Lines(text);
        string[] have = [.. lines.Select(line => Squeeze(text[line.Start..line.End]))];
        for (int first = 0; first + wanted.Length <= have.Length && found.Count < 2; first++)
        {
            int matched = 0;
            while (matched < wanted.Length && have[first + matched] == wanted[matched])
            {
                matched++;
            }

            if (matched == wanted.Length)
            {
                found.Add((lines[first].Start, lines[first + wanted.Length - 1].End));
            }
        }

        return found;
    }

    private static List<(int Start, int End)> Lines(string text)
    {
        List<(int Start, int End)> lines = [];
        int start = 0;
        while (start <= text.Length)
        {
            int end = text.IndexOf('\n', start);
            end = end < 0 ? text.Length : end;
            lines.Add((start, end > start && text[end - 1] == '\r' ? end - 1 : end));
            start = end + 1;
        }

        return lines;
    }

    private static string Squeeze(string line)
    {
        StringBuilder squeezed = new(line.Length);
        foreach (char letter in line.Trim())
        {
            if (!char.IsWhiteSpace(letter))
            {
                squeezed.Append(letter);
            }
            else if (squeezed.Length > 0 && squeezed[^1] != ' ')
            {
                squeezed.Append(' ');
            }
        }

        return squeezed.ToString();
    }
}
