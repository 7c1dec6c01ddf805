using System.CommandLine;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw sessions</c>: alone it lists, as in the original.</summary>
internal static class SessionsCommand
{
    public static Command Create(CliOptions shared, CliWorld world)
    {
        SessionsListCommand list = new(shared, world);
        Command sessions = new("sessions", "List, read, export and delete conversations")
        {
            list.Create("list", "List conversations, newest first"),
            SessionsShowCommand.Create(shared, world),
            SessionsExportCommand.Create(shared, world),
            SessionsImportCommand.Create(shared, world),
            SessionsDeleteCommand.Create(shared, world),
            SessionsCleanupCommand.Create(shared, world),
        };
        return list.Bind(sessions);
    }
}
