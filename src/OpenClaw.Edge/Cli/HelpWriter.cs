using System.CommandLine;

namespace OpenClaw.Edge.Cli;

/// <summary>The help of one command: usage, commands, options of its own, options of every command.</summary>
internal static class HelpWriter
{
    private const int Gutter = 2;
    private const int LongestLabel = 30;

    public static void Write(Command command, CliTerminal terminal)
    {
        TextWriter output = terminal.Out;
        int width = Math.Clamp(terminal.Width, 40, 100);
        List<Command> path = PathTo(command);
        output.WriteLine(command.Description);
        output.WriteLine();
        output.WriteLine($"Usage: {Usage(command, path)}");
        Section(output, width, "Commands", command.Subcommands.Where(sub => !sub.Hidden)
            .Select(sub => (NameOf(sub), sub.Description ?? "")));
        Section(output, width, "Arguments", command.Arguments.Where(argument => !argument.Hidden)
            .Select(argument => (ArgumentName(argument), argument.Description ?? "")));
        HashSet<string> own = [.. command.Options.Select(option => option.Name)];
        Section(output, width, "Options", Rows(command.Options));
        Section(output, width, "Options of every command", path.SkipLast(1)
            .SelectMany(parent => parent.Options)
            .Where(option => option.Recursive && !own.Contains(option.Name))
            .Select(Row));
    }

    private static string Usage(Command command, List<Command> path)
    {
        string usage = string.Join(' ', path.Select(at => at.Name));
        if (command.Subcommands.Any(sub => !sub.Hidden))
        {
            usage += command.Action is null ? " <command>" : " [command]";
        }

        foreach (Argument argument in command.Arguments.Where(argument => !argument.Hidden))
        {
            usage += " " + (argument.Arity.MinimumNumberOfValues == 0 ? $"[{argument.Name}]" : ArgumentName(argument));
        }

        return usage + " [options]";
    }

    private static IEnumerable<(string Label, string Text)> Rows(IEnumerable<Option> options) =>
        options.Where(option => !option.Hidden).Select(Row);

    private static (string Label, string Text) Row(Option option)
    {
        string names = string.Join(", ", option.Aliases.OrderBy(alias => alias.Length).Append(option.Name).Distinct());
        string value = option.HelpName is null ? "" : $" <{option.HelpName}>";
        return (names + value, option.Description ?? "");
    }

    private static void Section(
        TextWriter output, int width, string title, IEnumerable<(string Label, string Text)> rows)
    {
        List<(string Label, string Text)> all = [.. rows];
        if (all.Count == 0)
        {
            return;
        }

        int label = Math.Min(LongestLabel, all.Max(row => row.Label.Length));
        output.WriteLine();
        output.WriteLine($"{title}:");
        foreach ((string name, string text) in all)
        {
            string indent = new(' ', Gutter + label + Gutter);
            string start = $"  {name}".PadRight(indent.Length);
            if (name.Length > label)
            {
                output.WriteLine(start.TrimEnd());
                start = indent;
            }

            foreach (string line in TextLayout.Wrap(text, width - indent.Length))
            {
                output.WriteLine((start + line).TrimEnd());
                start = indent;
            }
        }
    }

    private static string NameOf(Command command) => string.Join(", ", command.Aliases.Prepend(command.Name).Distinct());

    private static string ArgumentName(Argument argument) => $"<{argument.Name}>";

    private static List<Command> PathTo(Command command)
    {
        List<Command> path = [command];
        while (path[0].Parents.OfType<Command>().FirstOrDefault() is { } parent)
        {
            path.Insert(0, parent);
        }

        return path;
    }
}
