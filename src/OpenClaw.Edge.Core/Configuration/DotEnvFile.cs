using System.Collections.ObjectModel;

namespace OpenClaw.Edge.Configuration;

/// <summary>Reads <c>.env</c> files: <c>NAME=value</c> lines, <c>export</c> allowed, <c>#</c> comments, single quotes
/// (as they stand) and double quotes (with <c>\n</c> and the like), both over several lines.</summary>
public static class DotEnvFile
{
    private const int MaxBytes = 256 * 1024;

    /// <summary>The variables of a file, later lines winning; empty when there is none or it cannot be read.</summary>
    public static IReadOnlyDictionary<string, string> Read(string path)
    {
        try
        {
            return !File.Exists(path) || new FileInfo(path).Length > MaxBytes
                ? ReadOnlyDictionary<string, string>.Empty
                : Parse(File.ReadAllText(path));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return ReadOnlyDictionary<string, string>.Empty;
        }
    }

    /// <summary>The variables of a text. Lines that are no assignment are skipped. Never throws.</summary>
    public static IReadOnlyDictionary<string, string> Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        int at = text.StartsWith('\uFEFF') ? 1 : 0;
        while (at < text.Length)
        {
            int end = EndOfLine(text, at);
            ReadOnlySpan<char> line = text.AsSpan(at, end - at).Trim();
            int equals = text.IndexOf('=', at, end - at);
            if (line.StartsWith('#') || equals < 0)
            {
                at = end + 1;
                continue;
            }
            string name = text[at..equals].Trim();
            name = name.StartsWith("export ", StringComparison.Ordinal) ? name[7..].Trim() : name;
            at = ReadValue(text, equals + 1, end, out string value);
            if (name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-'))
            {
                values[name] = value;
            }
        }
        return values;
    }

    private static int ReadValue(string text, int at, int end, out string value)
    {
        int start = at;
        while (start < end && char.IsWhiteSpace(text[start]))
        {
            start++;
        }
        char quote = start < end ? text[start] : '\0';
        int close = quote is '"' or '\'' ? FindClose(text, start) : -1;
        if (close < 0)
        {
            string plain = text[start..end];
            int comment = plain.IndexOf(" #", StringComparison.Ordinal);
            value = (comment < 0 ? plain : plain[..comment]).Trim();
            return end + 1;
        }
        value = text[(start + 1)..close];
        if (quote == '"' && value.Contains('\\', StringComparison.Ordinal))
        {
            value = value.Replace("\\n", "\n", StringComparison.Ordinal).Replace("\\r", "\r", StringComparison.Ordinal)
                .Replace("\\t", "\t", StringComparison.Ordinal).Replace("\\\"", "\"", StringComparison.Ordinal)
                .Replace("\\\\", "\\", StringComparison.Ordinal);
        }
        return EndOfLine(text, close) + 1;
    }

    private static int FindClose(string text, int open)
    {
        for (int i = open + 1; i < text.Length; i++)
        {
            if (text[i] == '\\' && text[open] == '"')
            {
                i++;
            }
            else if (text[i] == text[open])
            {
                return i;
            }
        }
        return -1;
    }

    private static int EndOfLine(string text, int at)
    {
        int end = text.IndexOf('\n', at);
        return end < 0 ? text.Length : end;
    }
}
