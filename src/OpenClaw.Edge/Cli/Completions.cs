using System.CommandLine;

namespace OpenClaw.Edge.Cli;

/// <summary>What may stand at the end of a half-typed command line.</summary>
internal static class Completions
{
    private static readonly Dictionary<string, string[]> Values = new(StringComparer.Ordinal)
    {
        ["--log-level"] = ["trace", "debug", "info", "warn", "error", "silent"],
        ["--bind"] = ["loopback", "lan", "tailnet", "auto", "custom"],
        ["--auth"] = ["none", "token", "password", "trusted-proxy"],
        ["--thinking"] = ["off", "minimal", "low", "medium", "high"],
        ["--shell"] = [.. ShellScripts.Shells],
    };

    /// <summary>Candidates with their descriptions.</summary>
    /// <param name="root">The command tree.</param>
    /// <param name="words">The words after the executable's name; the last one is being typed and may be empty.</param>
    public static IEnumerable<(string Text, string Description)> For(Command root, IReadOnlyList<string> words)
    {
        Command command = root;
        List<Option> options = [.. root.Options];
        Option? waiting = null;
        for (int i = 0; i < words.Count - 1; i++)
        {
            string word = words[i];
            if (waiting is not null)
            {
                waiting = null; // this word was its value
            }
            else if (word.StartsWith('-'))
            {
                Option? named = options.Find(option => NamesOf(option).Contains(word));
                waiting = named is not null && named.ValueType != typeof(bool) ? named : null;
            }
            else if (command.Subcommands.FirstOrDefault(sub => NamesOf(sub).Contains(word)) is { } sub)
            {
                options = [.. sub.Options, .. options.Where(option => option.Recursive)];
                command = sub;
            }
        }

        string typed = words.Count > 0 ? words[^1] : "";
        IEnumerable<(string Text, string Description)> all = waiting is not null
            ? Values.GetValueOrDefault(waiting.Name, []).Select(value => (value, ""))
            : typed.StartsWith('-')
            ? options.Where(option => !option.Hidden).DistinctBy(option => option.Name)
                .Select(option => (option.Name, option.Description ?? ""))
            : command.Subcommands.Where(sub => !sub.Hidden).Select(sub => (sub.Name, sub.Description ?? ""))
                .Concat(command.Name == "completion" ? ShellScripts.Shells.Select(shell => (shell, "")) : []);
        return all.Where(candidate => candidate.Text.StartsWith(typed, StringComparison.Ordinal));
    }

    private static IEnumerable<string> NamesOf(Symbol symbol) => symbol switch
    {
        Command command => command.Aliases.Prepend(command.Name),
        Option option => option.Aliases.Prepend(option.Name),
        _ => [symbol.Name],
    };
}
