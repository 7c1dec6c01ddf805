using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace OpenClaw.Edge.Configuration;

/// <summary>Paths into a configuration: <c>a.b[0].c</c>, <c>a["x.y"].c</c>.</summary>
public static class ConfigPath
{
    private const int MaxSegments = 64;

    /// <summary>Adds a key to a path, in quotes when it is not plain.</summary>
    public static string Append(string path, string key)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(key);
        bool plain = key.Length > 0 && key.All(c => char.IsLetterOrDigit(c) || c is '_' or '-' or '$');
        if (!plain)
        {
            string quoted = key.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
            return $"{path}[\"{quoted}\"]";
        }
        return path.Length == 0 ? key : $"{path}.{key}";
    }

    /// <summary>Adds an index to a path.</summary>
    public static string Append(string path, int index) => string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]");

    /// <summary>Cuts a path into keys (<see cref="string"/>) and indexes (<see cref="int"/>). False when it is not a path;
    /// then <paramref name="error"/> says why. Never throws.</summary>
    public static bool TryParse(
        string? path, [NotNullWhen(true)] out IReadOnlyList<object>? segments, [NotNullWhen(false)] out string? error)
    {
        segments = null;
        error = null;
        var found = new List<object>();
        string text = path ?? "";
        int at = 0;
        bool needKey = true;
        while (at < text.Length)
        {
            if (text[at] == '[')
            {
                if (!TryReadBracket(text, ref at, found))
                {
                    error = $"The bracket at character {at + 1} of {text} must hold a number or a quoted key.";
                    return false;
                }
                needKey = false;
            }
            else if (text[at] == '.' && !needKey)
            {
                at++;
                needKey = true;
            }
            else if (needKey && text[at] is not ('.' or ']'))
            {
                int end = text.AsSpan(at).IndexOfAny('.', '[');
                end = end < 0 ? text.Length : at + end;
                found.Add(text[at..end]);
                at = end;
                needKey = false;
            }
            else
            {
                error = $"The character {at + 1} of {text} is not expected; write a.b[0].c or a[\"x.y\"].c.";
                return false;
            }
        }
        if (found.Count is 0 or > MaxSegments || needKey)
        {
            error = found.Count == 0 ? "The path is empty." : $"{text} does not end in a key.";
            return false;
        }
        segments = found;
        return true;
    }

    private static bool TryReadBracket(string text, ref int at, List<object> found)
    {
        int next = at + 1;
        if (next < text.Length && text[next] is '"' or '\'')
        {
            char quote = text[next++];
            var key = new StringBuilder();
            while (next < text.Length && text[next] != quote)
            {
                next += text[next] == '\\' && next + 1 < text.Length ? 1 : 0;
                key.Append(text[next++]);
            }
            if (next + 1 >= text.Length || text[next + 1] != ']')
            {
                return false;
            }
            found.Add(key.ToString());
            at = next + 2;
            return true;
        }
        int close = text.IndexOf(']', next);
        if (close < 0 || !int.TryParse(text.AsSpan(next, close - next), NumberStyles.None, CultureInfo.InvariantCulture, out int index))
        {
            return false;
        }
        found.Add(index);
        at = close + 1;
        return true;
    }
}
