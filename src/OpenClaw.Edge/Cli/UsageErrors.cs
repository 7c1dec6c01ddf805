using System.CommandLine;

namespace OpenClaw.Edge.Cli;

/// <summary>Says what is wrong with a command line, in one line that shows the way on.</summary>
internal static class UsageErrors
{
    public static CliException From(ParseResult parsed)
    {
        Command command = parsed.CommandResult.Command;
        string path = PathOf(parsed);
        string? stray = parsed.UnmatchedTokens.Count > 0 ? parsed.UnmatchedTokens[0] : null;
        if (stray is null)
        {
            return new CliException(ExitCode.Usage, $"{parsed.Errors[0].Message.TrimEnd('.')}; try '{path} --help'");
        }

        bool option = stray.StartsWith('-');
        string kind = option ? "option" : command.Subcommands.Count > 0 ? "command" : "argument";
        string? nearest = kind == "argument" ? null : Nearest(stray, option ? OptionsOf(parsed) : CommandsOf(command));
        string fix = nearest is null ? $"try '{path} --help'" : $"did you mean '{nearest}'?";
        return new CliException(ExitCode.Usage, $"'{path}' has no {kind} '{stray}'; {fix}");
    }

    /// <summary>The closest of <paramref name="names"/>, or null when none is close enough to be meant.</summary>
    internal static string? Nearest(string typed, IEnumerable<string> names)
    {
        string? best = null;
        int bestDistance = Math.Max(2, typed.Length / 3) + 1;
        foreach (string name in names)
        {
            int distance = name.StartsWith(typed, StringComparison.OrdinalIgnoreCase) ? 1 : Distance(typed, name);
            if (distance < bestDistance)
            {
                (best, bestDistance) = (name, distance);
            }
        }

        return best;
    }

    private static string PathOf(ParseResult parsed)
    {
        Stack<string> names = new();
        for (System.CommandLine.Parsing.SymbolResult? at = parsed.CommandResult; at is not null; at = at.Parent)
        {
            if (at is System.CommandLine.Parsing.CommandResult result)
            {
                names.Push(result.Command.Name);
            }
        }

        return string.Join(' ', names);
    }

    private static IEnumerable<string> CommandsOf(Command command) =>
        command.Subcommands.Where(sub => !sub.Hidden).SelectMany(sub => sub.Aliases.Append(sub.Name));

    private static IEnumerable<string> OptionsOf(ParseResult parsed) =>
        parsed.CommandResult.Command.Options
            .Concat(parsed.RootCommandResult.Command.Options)
            .Where(option => !option.Hidden)
            .SelectMany(option => option.Aliases.Append(option.Name));

    // Optimal string alignment: a swapped pair of letters is one slip.
    private static int Distance(string a, string b)
    {
        int[] older = new int[b.Length + 1];
        int[] old = new int[b.Length + 1];
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            (older, old, row) = (old, row, older);
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int same = char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1;
                row[j] = Math.Min(Math.Min(old[j], row[j - 1]) + 1, old[j - 1] + same);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    row[j] = Math.Min(row[j], older[j - 2] + 1);
                }
            }
        }

        return row[b.Length];
    }
}
