using System.CommandLine;
using OpenClaw.Edge.Cli.Commands;

namespace OpenClaw.Edge.Cli;

/// <summary>The command tree and the one place where a command's failure becomes an exit code.</summary>
public static class CommandLine
{
    private const string Name = "openclaw";

    private static readonly ParserConfiguration Grammar = new()
    {
        EnablePosixBundling = false,
        ResponseFileTokenReplacer = null, // a message may start with @
    };

    /// <summary>Runs the command that <paramref name="args"/> name in this process and returns its exit code.</summary>
    public static Task<int> InvokeAsync(
        string[] args, Func<GatewayRunOptions, CancellationToken, Task<int>> runGateway) =>
        InvokeAsync(args, CliWorld.System(runGateway), CancellationToken.None);

    /// <summary>Runs the command that <paramref name="args"/> name and returns its exit code.</summary>
    public static async Task<int> InvokeAsync(
        IReadOnlyList<string> args, CliWorld world, CancellationToken cancellationToken)
    {
        CliOptions shared = new();
        ParseResult parsed = Build(shared, world).Parse(args, Grammar);
        bool json = parsed.GetValue(shared.Json);
        try
        {
            if (parsed.Errors.Count > 0 && parsed.Action is not HelpAction)
            {
                throw UsageErrors.From(parsed);
            }

            InvocationConfiguration invocation = new()
            {
                EnableDefaultExceptionHandler = false,
                Output = world.Terminal.Out,
                Error = world.Terminal.Error,
                ProcessTerminationTimeout = null, // commands listen to signals themselves
            };
            return await parsed.InvokeAsync(invocation, cancellationToken);
        }
        catch (CliException e)
        {
            CliFailure.Write(world.Terminal, e, json);
            return (int)e.Exit;
        }
    }

    /// <summary>The command tree. The root is a plain command: a root command takes its name from the executable, and an
    /// executable called like one of the commands would then swallow that command.</summary>
    internal static Command Build(CliOptions shared, CliWorld world)
    {
        Command root = new(Name, "OpenClaw on one small machine: gateway, models, sessions.")
        {
            GatewayCommand.Create(shared, world),
            StatusCommand.Create(shared, world),
            HealthCommand.Create(shared, world),
            ChatCommand.Create(shared, world),
            AgentCommand.Create(shared, world),
            AgentsCommand.Create(shared, world),
            ModelsCommand.Create(shared, world),
            SessionsCommand.Create(shared, world),
            UsageCommand.Create(shared, world),
            MemoryCommand.Create(shared, world),
            ConfigCommand.Create(shared, world),
            DoctorCommand.Create(shared, world),
            BackupCommand.Create(shared, world),
            ImportCommand.Create(shared, world),
            TokenCommand.Create(shared, world),
            ResetCommand.Create(shared, world),
            DiagnosticsCommand.Create(shared, world),
            UpdateCommand.Create(shared, world),
            LogsCommand.Create(shared, world),
            ApprovalsCommand.Create(shared, world),
            CronCommand.Create(shared, world),
            SystemCommand.Create(shared, world),
            SandboxCommands.Create(shared, world),
            SkillsCommand.Create(shared, world),
            McpCommand.Create(shared, world),
            DevicesCommand.Create(shared, world),
            NodesCommand.Create(shared, world),
            NodeCommand.Create(shared, world),
            QrCommand.Create("qr", waits: false, shared, world),
            QrCommand.Create("pair", waits: true, shared, world),
            DashboardCommand.Create(shared, world),
            CompletionCommand.Create(shared, world),
        };
        root.Add(CompletionCommand.CreateHidden(world, () => root));
        foreach (Option option in shared.All)
        {
            root.Add(option);
        }

        root.Add(new Option<bool>("--version", "-V", "-v")
        {
            Description = "Print the version",
            Action = new VersionAction(world),
        });
        root.Add(new Option<bool>("--help", "-h", "-?")
        {
            Description = "Print help",
            Recursive = true,
            Action = new HelpAction(world),
        });
        root.SetAction(parsed => HelpWriter.Write(parsed.CommandResult.Command, world.Terminal));
        return root;
    }
}
