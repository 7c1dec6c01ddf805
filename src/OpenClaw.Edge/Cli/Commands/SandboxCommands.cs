using System.CommandLine;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Sandbox;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw sandbox</c>: looks at sandboxes and looks after them. Works on the engine itself, as the gateway
/// does: no gateway need run.</summary>
internal static class SandboxCommands
{
    public static Command Create(CliOptions shared, CliWorld world) => new Command("sandbox", "Where agents' commands run: look, explain, build, clean up")
    {
        SandboxListCommand.Create(shared, world),
        SandboxExplainCommand.Create(shared, world),
        SandboxRemoveCommands.Recreate(shared, world),
        SandboxRemoveCommands.Prune(shared, world),
        SandboxBuildCommand.Create(shared, world),
        SandboxExecCommand.Create(shared, world),
    }.ShowsHelp(world);

    /// <summary>The options that name a session.</summary>
    internal static (Option<string?> Session, Option<string?> Agent) Who() =>
        (new Option<string?>("--session") { Description = "Session, such as main or agent:work:main", HelpName = "key" },
            new Option<string?>("--agent") { Description = "Main session of this agent", HelpName = "id" });

    /// <summary>Whose session is meant.</summary>
    internal static SandboxScope Find(CliContext context, string? session, string? agent)
    {
        AgentsConfig agents = context.Config.Config.Agents;
        string? named = agent ?? (session?.Split(':') is ["agent", string id, _, ..] ? id : null);
        string owner = named?.ToLowerInvariant() ?? agents.DefaultId;
        if (!agents.Ids.Contains(owner))
        {
            throw new CliException(ExitCode.Usage, $"there is no agent '{named}'; known are {string.Join(", ", agents.Ids)}");
        }

        string key = session ?? "main";
        string full = key == "global" || key.StartsWith("agent:", StringComparison.Ordinal) ? key : $"agent:{owner}:{key}";
        return new SandboxScope(owner, full, agents.WorkspaceOf(owner, context.Paths));
    }

    /// <summary>Opens the machine's sandboxes; what is wrong with them becomes the command's failure.</summary>
    internal static async Task<int> WithAsync(CliContext context, Func<SandboxInspector, Task<int>> body)
    {
        using SandboxInspector sandboxes = new(context.Config.Config, context.Paths, context.Config.Environment, context.Clock);
        try
        {
            return await body(sandboxes);
        }
        catch (SandboxUnavailableException exception)
        {
            throw new CliException(ExitCode.Failed, $"{exception.Reason}. {exception.Fix}", "sandbox_unavailable");
        }
        catch (EngineException exception)
        {
            throw new CliException(ExitCode.Failed, exception.Message, "sandbox_engine_error");
        }
    }
}
