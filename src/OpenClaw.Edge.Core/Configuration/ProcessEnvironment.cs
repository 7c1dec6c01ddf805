using System.Collections;
using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace OpenClaw.Edge.Configuration;

/// <summary>An immutable view of the environment: what the process was given, then <c>.env</c> files, then the
/// configuration's <c>env.vars</c>. Code reads variables here and nowhere else, so that a test can make its own.</summary>
public sealed class ProcessEnvironment
{
    private readonly FrozenDictionary<string, string> _values;

    /// <summary>Makes a view of the given variables.</summary>
    /// <param name="values">Names and values; names are case-sensitive.</param>
    /// <param name="workingDirectory">Folder that relative paths start from; the current one when null.</param>
    /// <param name="fallbackHome">Home when none of the variables names one; a private folder under <c>/tmp</c> when null.</param>
    public ProcessEnvironment(
        IEnumerable<KeyValuePair<string, string>> values,
        string? workingDirectory = null,
        string? fallbackHome = null)
    {
        _values = values.ToFrozenDictionary(StringComparer.Ordinal);
        WorkingDirectory = workingDirectory ?? Environment.CurrentDirectory;
        FallbackHome = fallbackHome ?? Path.Combine(Path.GetTempPath(), "openclaw-" + Environment.UserName);
    }

    /// <summary>A view without any variable.</summary>
    public static ProcessEnvironment Empty { get; } = new([], "/");

    /// <summary>All variables, blank ones included.</summary>
    public IReadOnlyDictionary<string, string> Values => _values;

    /// <summary>Folder that relative paths start from.</summary>
    public string WorkingDirectory { get; }

    /// <summary>Home when no variable names one.</summary>
    public string FallbackHome { get; }

    /// <summary>Home: <c>OPENCLAW_HOME</c>, <c>HOME</c>, else <see cref="FallbackHome"/>. Never empty.</summary>
    public string Home => this["OPENCLAW_HOME"] ?? this["HOME"] ?? FallbackHome;

    /// <summary>The trimmed value, or null when the variable is absent or blank.</summary>
    public string? this[string name] =>
        _values.TryGetValue(name, out string? value) && !string.IsNullOrWhiteSpace(value) ? value.Trim() : null;

    /// <summary>The environment of this process. The fallback home is the account's, when it has a usable one.</summary>
    public static ProcessEnvironment FromProcess()
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
        {
            values[(string)entry.Key] = (string?)entry.Value ?? "";
        }
        string? home = null;
        if (!values.TryGetValue("HOME", out string? given) || string.IsNullOrWhiteSpace(given))
        {
            // reads the account database; system accounts name folders that do not exist
            home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
            home = home.Length > 1 && Directory.Exists(home) ? home : null;
        }
        return new ProcessEnvironment(values, null, home);
    }

    /// <summary>The value of the first of these names that is set.</summary>
    public string? First(params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (this[name] is string value)
            {
                return value;
            }
        }
        return null;
    }

    /// <summary>Whether a switch is on: <c>1</c>, <c>true</c>, <c>yes</c>, <c>on</c>, in any case; null when absent or blank.</summary>
    public bool? Flag(string name) => this[name] is string value ? IsTruthy(value) : null;

    /// <summary>Whether this text counts as on.</summary>
    public static bool IsTruthy([NotNullWhen(true)] string? value) =>
        value is not null && value.Trim().ToUpperInvariant() is "1" or "TRUE" or "YES" or "ON";

    /// <summary>This view with further variables, which never replace one that is set here.</summary>
    public ProcessEnvironment WithFallbacks(IEnumerable<KeyValuePair<string, string>> values)
    {
        Dictionary<string, string>? merged = null;
        foreach ((string name, string value) in values)
        {
            if (this[name] is null)
            {
                merged ??= new Dictionary<string, string>(_values, StringComparer.Ordinal);
                if (!merged.TryGetValue(name, out string? earlier) || string.IsNullOrWhiteSpace(earlier))
                {
                    merged[name] = value;
                }
            }
        }
        return merged is null ? this : new ProcessEnvironment(merged, WorkingDirectory, FallbackHome);
    }

    /// <summary>An absolute path from one that may start with <c>~</c> or be relative to the working folder.</summary>
    public string FullPath(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        string expanded = path == "~" ? Home : path.StartsWith("~/", StringComparison.Ordinal) ? Home + path[1..] : path;
        return Path.GetFullPath(expanded, Path.GetFullPath(WorkingDirectory));
    }
}
