using System.Diagnostics.CodeAnalysis;

namespace OpenClaw.Edge.Http;

/// <summary>Reads <c>/sessions/&lt;key&gt;/&lt;verb&gt;</c>.</summary>
internal static class SessionPath
{
    private const string Head = "/sessions/";

    /// <summary>The key in a path that ends with the verb; <paramref name="path"/> is decoded but for its slashes.</summary>
    public static bool TryRead(string path, string verb, [NotNullWhen(true)] out string? key)
    {
        key = null;
        int length = path.Length - Head.Length - verb.Length - 1;
        if (length < 1
            || !path.StartsWith(Head, StringComparison.Ordinal)
            || !path.EndsWith(verb, StringComparison.Ordinal)
            || path[Head.Length + length] != '/')
        {
            return false;
        }

        key = path.Substring(Head.Length, length).Replace("%2f", "/", StringComparison.OrdinalIgnoreCase);
        return true;
    }
}
