namespace OpenClaw.Edge.Tools;

/// <summary>Patterns of paths: <c>*</c> and <c>?</c> within a name, <c>**</c> over directories, <c>~</c> for home.</summary>
internal static class PathGlob
{
    private const int MaxSteps = 100_000; // a pattern made to be slow does not match
    private const int MaxChars = 4096; // nor one that is made to go deep; a path is no longer

    /// <summary>Whether a path matches.</summary>
    public static bool Matches(string pattern, string path, string home)
    {
        string whole = pattern == "~" ? home : pattern.StartsWith("~/", StringComparison.Ordinal) ? home.TrimEnd('/') + pattern[1..] : pattern;
        int steps = 0;
        return whole.Length <= MaxChars && Matches(whole, path, ref steps);
    }

    private static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> path, ref int steps)
    {
        while (pattern.Length > 0)
        {
            if (++steps > MaxSteps)
            {
                return false;
            }

            if (pattern[0] == '*')
            {
                bool deep = pattern.Length > 1 && pattern[1] == '*';
                ReadOnlySpan<char> rest = pattern[(deep ? 2 : 1)..];
                if (deep && rest.Length > 0 && rest[0] == '/' && Matches(rest[1..], path, ref steps))
                {
                    return true; // a/**/b is a/b too
                }

                for (int skip = 0; skip <= path.Length; skip++)
                {
                    if (Matches(rest, path[skip..], ref steps))
                    {
                        return true;
                    }

                    if (skip < path.Length && path[skip] == '/' && !deep)
                    {
                        return false;
                    }
                }

                return false;
            }

            if (path.Length == 0 || (pattern[0] == '?' ? path[0] == '/' : pattern[0] != path[0]))
            {
                return false;
            }

            pattern = pattern[1..];
            path = path[1..];
        }

        return path.Length == 0;
    }
}
