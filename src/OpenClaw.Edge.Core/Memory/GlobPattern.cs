namespace OpenClaw.Edge.Memory;

/// <summary>Matches relative paths: <c>*</c> and <c>?</c> within a name, <c>**</c> across folders. Stateless.</summary>
internal static class GlobPattern
{
    /// <summary>Whether a path fits; both with <c>/</c>. The work is bounded by the lengths of both.</summary>
    public static bool Matches(string pattern, string path)
    {
        string[] wanted = pattern.Split('/', StringSplitOptions.RemoveEmptyEntries);
        string[] names = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        bool[] reached = new bool[names.Length + 1]; // reached[n]: the pattern so far fits the first n names
        reached[0] = true;
        foreach (string part in wanted.Where(part => part != "."))
        {
            bool[] next = new bool[names.Length + 1];
            for (int n = 0; n <= names.Length; n++)
            {
                next[n] = part == "**"
                    ? reached[n] || (n > 0 && next[n - 1])
                    : n > 0 && reached[n - 1] && Name(part, names[n - 1]);
            }

            reached = next;
        }

        return reached[^1];
    }

    private static bool Name(string part, string name)
    {
        int star = -1;
        int mark = 0;
        int p = 0;
        int n = 0;
        while (n < name.Length)
        {
            if (p < part.Length && part[p] == '*')
            {
                (star, mark) = (p++, n);
            }
            else if (p < part.Length && (part[p] == '?' || part[p] == name[n]))
            {
                p++;
                n++;
            }
            else if (star >= 0)
            {
                p = star + 1;
                n = ++mark;
            }
            else
            {
                return false;
            }
        }

        return part.AsSpan(p).IndexOfAnyExcept('*') < 0;
    }
}
