using System.CommandLine;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary>Ties a command to what it does.</summary>
internal static class CommandBinding
{
    /// <summary>Sets the body of <paramref name="command"/>; its context is made when it runs.</summary>
    public static Command Does(
        this Command command,
        CliOptions shared,
        CliWorld world,
        Func<CliContext, CancellationToken, Task<int>> body)
    {
        command.SetAction((parsed, cancellationToken) =>
            body(new CliContext(parsed, shared, world), cancellationToken));
        return command;
    }

    /// <summary>The body of a command that only holds others: its help.</summary>
    public static Command ShowsHelp(this Command command, CliWorld world)
    {
        command.SetAction(parsed => HelpWriter.Write(parsed.CommandResult.Command, world.Terminal));
        return command;
    }
}
