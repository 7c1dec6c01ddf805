using System.Text;

namespace OpenClaw.Edge.Tools;

/// <summary>Reads the patch format of <c>apply_patch</c> and applies its hunks to lines: exactly, else with trailing and then
/// with surrounding white space forgiven. Never throws on input.</summary>
internal static class PatchText
{
    private const int MaxSteps = 200;

    /// <summary>Reads a patch. False with a sentence for the model.</summary>
    public static bool TryParse(string text, out List<PatchStep> steps, out string problem)
    {
        steps = [];
        string[] lines = text.ReplaceLineEndings("\n").Trim('\n', ' ').Split('\n');
        int first = Array.FindIndex(lines, line => line.Trim() == "*** Begin Patch"); // a here-document may stand around it
        int end = Array.FindLastIndex(lines, line => line.Trim() == "*** End Patch");
        if (first < 0 || end < first)
        {
            problem = "a patch starts with '*** Begin Patch' and ends with '*** End Patch'";
            return false;
        }

        int at = first + 1;
        while (at < end)
        {
            if (lines[at].Trim().Length == 0)
            {
                at++;
            }
            else if (steps.Count == MaxSteps || !TryStep(lines, ref at, end, steps, out problem))
            {
                problem = steps.Count == MaxSteps ? $"a patch has at most {MaxSteps} files"
                    : $"line {at + 1 - first}: '{lines[Math.Min(at, end)]}' is not expected here; write '*** Add File: path', '*** Update File: path' or '*** Delete File: path', and start each line of an added file with +";
                return false;
            }
        }

        problem = steps.Count == 0 ? "the patch changes nothing" : "";
        return problem.Length == 0;
    }

    /// <summary>Applies hunks in order. False with a sentence for the model.</summary>
    public static bool TryApply(string before, IReadOnlyList<PatchHunk> hunks, out string after, out string problem)
    {
        string newLine = before.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";
        bool finalBreak = before.Length == 0 || before.EndsWith('\n');
        List<string> lines = [.. before.ReplaceLineEndings("\n").Split('\n')];
        if (finalBreak)
        {
            lines.RemoveAt(lines.Count - 1);
        }

        after = before;
        problem = "";
        int from = 0;
        foreach (PatchHunk hunk in hunks)
        {
            if (hunk.Context is { } context)
            {
                int found = Find(lines, [context], from, atEnd: false);
                if (found < 0)
                {
                    problem = $"the line '{context}' was not found";
                    return false;
                }

                from = found + 1;
            }

            int place = hunk.Old.Count > 0 ? Find(lines, hunk.Old, from, hunk.AtEnd)
                : hunk.Context is not null && !hunk.AtEnd ? from : lines.Count;
            if (place < 0)
            {
                problem = $"these lines were not found:\n{string.Join('\n', hunk.Old.Take(8))}\nRead the file again and quote it exactly";
                return false;
            }

            lines.RemoveRange(place, hunk.Old.Count);
            lines.InsertRange(place, hunk.New);
            from = place + hunk.New.Count;
        }

        after = string.Join(newLine, lines) + (lines.Count > 0 ? newLine : "");
        return true;
    }

    private static bool TryStep(string[] lines, ref int at, int end, List<PatchStep> steps, out string problem)
    {
        problem = "";
        string head = lines[at].Trim();
        if (Rest(head, "*** Add File: ") is { } added)
        {
            StringBuilder content = new();
            for (at++; at < end && lines[at].StartsWith('+'); at++)
            {
                content.Append(lines[at].AsSpan(1)).Append('\n');
            }

            steps.Add(new PatchStep('A', added, null, content.ToString(), []));
            return at == end || lines[at].Trim().Length == 0 || lines[at].StartsWith("***", StringComparison.Ordinal);
        }

        if (Rest(head, "*** Delete File: ") is { } deleted)
        {
            at++;
            steps.Add(new PatchStep('D', deleted, null, "", []));
            return true;
        }

        if (Rest(head, "*** Update File: ") is not { } updated)
        {
            return false;
        }

        at++;
        string? target = at < end ? Rest(lines[at].Trim(), "*** Move to: ") : null;
        at += target is null ? 0 : 1;
        List<PatchHunk> hunks = [];
        while (at < end && !IsHeader(lines[at]))
        {
            if (!TryHunk(lines, ref at, end, hunks.Count == 0, hunks))
            {
                return false;
            }
        }

        steps.Add(new PatchStep('U', updated, target, "", hunks));
        return hunks.Count > 0 || target is not null;
    }

    private static bool TryHunk(string[] lines, ref int at, int end, bool first, List<PatchHunk> hunks)
    {
        string? context = null;
        if (lines[at].StartsWith("@@", StringComparison.Ordinal))
        {
            string said = lines[at][2..].Trim();
            context = said.Length == 0 || said.StartsWith('-') || said.EndsWith("@@", StringComparison.Ordinal) ? null : said;
            at++;
        }
        else if (!first)
        {
            return false;
        }

        List<string> old = [];
        List<string> now = [];
        int start = at;
        for (; at < end; at++)
        {
            string line = lines[at];
            if (line.StartsWith("@@", StringComparison.Ordinal) || line.StartsWith("***", StringComparison.Ordinal))
            {
                break;
            }

            char mark = line.Length == 0 ? ' ' : line[0];
            string text = line.Length == 0 ? "" : line[1..];
            if (mark is not (' ' or '+' or '-'))
            {
                return false;
            }

            if (mark != '+')
            {
                old.Add(text);
            }

            if (mark != '-')
            {
                now.Add(text);
            }
        }

        bool atEnd = at < end && lines[at].Trim() == "*** End of File";
        hunks.Add(new PatchHunk(context, old, now, atEnd));
        at += atEnd ? 1 : 0;
        return at > start;
    }

    private static int Find(List<string> lines, IReadOnlyList<string> wanted, int from, bool atEnd)
    {
        foreach (Func<string, string> view in (ReadOnlySpan<Func<string, string>>)[static line => line, static line => line.TrimEnd(), static line => line.Trim()])
        {
            for (int at = atEnd ? Math.Max(from, lines.Count - wanted.Count) : from; at + wanted.Count <= lines.Count; at++)
            {
                int same = 0;
                while (same < wanted.Count && view(lines[at + same]) == view(wanted[same]))
                {
                    same++;
                }

                if (same == wanted.Count)
                {
                    return at;
                }
            }
        }

        return -1;
    }

    private static bool IsHeader(string line) =>
        line.StartsWith("*** ", StringComparison.Ordinal) && line.Trim() != "*** End of File";

    private static string? Rest(string line, string head) =>
        line.StartsWith(head, StringComparison.Ordinal) && line.Length > head.Length ? line[head.Length..].Trim() : null;
}
