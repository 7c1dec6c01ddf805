namespace OpenClaw.Edge.Tools;

/// <summary>Names of tools as models may have them: <c>&lt;server&gt;__&lt;tool&gt;</c>, letters, digits, <c>_</c> and <c>-</c>, 64 at most.
/// Source: the original's names, so that a policy written for it holds here.</summary>
internal static class McpNames
{
    private const int MaxServer = 30;
    private const int MaxTotal = 64;

    /// <summary>Safe names of servers; the one that stands first in the file keeps its own.</summary>
    public static string[] OfServers(IEnumerable<string> names)
    {
        HashSet<string> used = new(StringComparer.OrdinalIgnoreCase);
        return [.. names.Select(name => Free(Fragment(name, "mcp", MaxServer), MaxServer, "", used))];
    }

    /// <summary>The name of a tool, which <paramref name="used"/> then holds.</summary>
    public static string OfTool(string server, string tool, HashSet<string> used)
    {
        int room = Math.Max(1, MaxTotal - server.Length - 2);
        return Free(Fragment(tool, "tool", room), room, server + "__", used);
    }

    private static string Fragment(string raw, string standIn, int most)
    {
        string safe = new([.. raw.Trim().Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' ? letter : '-')]);
        safe = safe.Length == 0 ? standIn : char.IsAsciiLetter(safe[0]) ? safe : $"{standIn}-{safe}";
        return safe.Length > most ? safe[..most] : safe;
    }

    private static string Free(string fragment, int most, string prefix, HashSet<string> used)
    {
        string name = prefix + fragment;
        for (int n = 2; !used.Add(name); n++)
        {
            string suffix = $"-{n}";
            name = prefix + fragment[..Math.Min(fragment.Length, Math.Max(1, most - suffix.Length))] + suffix;
        }

        return name;
    }
}
