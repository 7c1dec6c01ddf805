using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Tools;

/// <summary>The environment of a command: a short list from the gateway's own, and what the call adds. Nothing else of the
/// gateway reaches a child, so no token or API key does.</summary>
internal static class ExecEnvironment
{
    private const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    private const int MaxVariables = 64;
    private const int MaxValueChars = 32 * 1024;

    private static readonly string[] s_inherited =
        ["USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS", "SSL_CERT_FILE", "SSL_CERT_DIR"];

    // What makes a loader, a shell or an interpreter run code of the caller's choice before the command.
    private static readonly string[] s_refused =
    [
        "PATH", "IFS", "ENV", "BASH_ENV", "SHELLOPTS", "BASHOPTS", "PS4", "PROMPT_COMMAND", "NODE_OPTIONS", "NODE_PATH", "PYTHONPATH",
        "PYTHONHOME", "PYTHONSTARTUP", "PERL5OPT", "PERL5LIB", "RUBYOPT", "RUBYLIB", "GCONV_PATH", "GIT_SSH_COMMAND", "GIT_EXTERNAL_DIFF",
        "GIT_PAGER", "PAGER", "MANPAGER", "GIT_EDITOR", "EDITOR", "VISUAL", "JAVA_TOOL_OPTIONS", "DOTNET_STARTUP_HOOKS", "ZDOTDIR",
    ];

    /// <summary>Makes the environment. False with a sentence for the model when the call asks for what it may not have.</summary>
    /// <param name="gateway">The gateway's own.</param>
    /// <param name="asked">What the call adds.</param>
    /// <param name="prepend">Directories before the others in <c>PATH</c>.</param>
    /// <param name="terminal">Whether the command has a terminal.</param>
    /// <param name="environment">The result.</param>
    /// <param name="problem">Why not.</param>
    public static bool TryMake(
        ProcessEnvironment gateway,
        IReadOnlyDictionary<string, string> asked,
        IReadOnlyList<string> prepend,
        bool terminal,
        out Dictionary<string, string> environment,
        out string problem)
    {
        environment = new(StringComparer.Ordinal)
        {
            ["PATH"] = string.Join(':', prepend.Append(gateway["PATH"] ?? DefaultPath)),
            ["HOME"] = gateway["HOME"] ?? gateway.FallbackHome,
            ["TERM"] = terminal ? "xterm-256color" : "dumb",
            ["PAGER"] = "cat",
            ["GIT_PAGER"] = "cat",
            ["GIT_TERMINAL_PROMPT"] = "0",
            ["OPENCLAW_SHELL"] = "exec",
        };
        foreach (string name in s_inherited)
        {
            if (gateway[name] is { } value)
            {
                environment[name] = value;
            }
        }

        foreach ((string name, string value) in gateway.Values)
        {
            if (name.StartsWith("LC_", StringComparison.Ordinal))
            {
                environment[name] = value;
            }
        }

        problem = asked.Count > MaxVariables ? $"env has {asked.Count} variables; the limit is {MaxVariables}" : "";
        foreach ((string name, string value) in asked)
        {
            problem = problem.Length > 0 ? problem : Refusal(name, value);
            environment[name] = value;
        }

        return problem.Length == 0;
    }

    /// <summary>Adds the variables of skills that are not set yet; what a call could not have either is left out.</summary>
    public static void AddMissing(Dictionary<string, string> environment, IReadOnlyDictionary<string, string> skills)
    {
        foreach ((string name, string value) in skills.Take(MaxVariables))
        {
            if (Refusal(name, value).Length == 0)
            {
                environment.TryAdd(name, value);
            }
        }
    }

    /// <summary>What stands for the variables of a call in a lasting approval; null when none of them matters to what runs.</summary>
    public static string? HashOf(IReadOnlyDictionary<string, string> asked)
    {
        string[] told = [.. asked.Where(pair => !IsCosmetic(pair.Key)).OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}")];
        return told.Length == 0 ? null
            : Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(string.Join('\0', told))));
    }

    // Source: what the original lets through to an approved shell.
    private static bool IsCosmetic(string name) =>
        name is "TERM" or "LANG" or "COLORTERM" or "NO_COLOR" or "FORCE_COLOR" || name.StartsWith("LC_", StringComparison.Ordinal);

    private static string Refusal(string name, string value)
    {
        bool named = name.Length > 0 && (char.IsAsciiLetter(name[0]) || name[0] == '_') && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_');
        return !named ? $"env: '{name}' is not a variable name"
            : s_refused.Contains(name, StringComparer.OrdinalIgnoreCase) || name.StartsWith("LD_", StringComparison.OrdinalIgnoreCase)
                || name.StartsWith("DYLD_", StringComparison.OrdinalIgnoreCase) || name.StartsWith("BASH_FUNC_", StringComparison.Ordinal)
                || name.StartsWith("OPENCLAW_", StringComparison.OrdinalIgnoreCase)
                ? $"env: {name} may not be set; write the full path of the program, or an option of it, into the command instead"
            : value.Length > MaxValueChars || value.Contains('\0', StringComparison.Ordinal) ? $"env: the value of {name} is too long or has a NUL"
            : "";
    }
}
