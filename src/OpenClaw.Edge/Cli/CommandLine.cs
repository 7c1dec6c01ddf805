using System.CommandLine;
using OpenClaw.Edge.Cli.Commands;
using OpenClaw.Edge.Platform;

namespace OpenClaw.Edge.Cli;

/// <summary>The command tree and the one place where a command's failure becomes an exit code.</summary>
public static class CommandLine
{
    private const string Name = "openclaw";

    // In the order of the help.
    private static readonly string[] Names =
    [
        "gateway", "status", "health", "chat", "agent", "agents", "models", "sessions", "usage", "memory", "config", "doctor", "backup",
        "import", "token", "reset", "diagnostics", "update", "logs", "approvals", "cron", "system", "sandbox", "skills", "mcp", "devices",
        "nodes", "node", "qr", "pair", "dashboard", "completion",
    ];

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
        IReadOnlyList<string> named = Named(args);
        if (named.Count == Names.Length)
        {
            ImagePages.Release(); // all of them take as much as the start did
        }

        ParseResult parsed = Build(shared, world, named).Parse(args, Grammar);
        if (named.Count < Names.Length && (parsed.Errors.Count > 0 || (parsed.CommandResult == parsed.RootCommandResult && parsed.Action is not VersionAction)))
        {
            shared = new CliOptions(); // what is wrong, and what there is, is told with all of them
            parsed = Build(shared, world, Names).Parse(args, Grammar);
        }

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

    // A command that no word names cannot be meant and is not made: all of them take more memory than most have work for.
    private static IReadOnlyList<string> Named(IReadOnlyList<string> args)
    {
        List<string> named = new(Names.Length);
        foreach (string word in args)
        {
            string name = word switch
            {
                "tui" or "terminal" => "chat",
                "automations" => "cron",
                "exec-approvals" => "approvals",
                _ => word,
            };
            if (word == CompletionCommand.Hidden)
            {
                return Names;
            }

            if (Names.Contains(name) && !named.Contains(name))
            {
                named.Add(name);
            }
        }

        return named.Count > 0 || args is ["--version" or "-V" or "-v"] ? named : Names;
    }

    private static Command Made(string name, CliOptions shared, CliWorld world) => name switch
    {
        "gateway" => GatewayCommand.Create(shared, world),
        "status" => StatusCommand.Create(shared, world),
        "health" => HealthCommand.Create(shared, world),
        "chat" => ChatCommand.Create(shared, world),
        "agent" => AgentCommand.Create(shared, world),
        "agents" => AgentsCommand.Create(shared, world),
        "models" => ModelsCommand.Create(shared, world),
        "sessions" => SessionsCommand.Create(shared, world),
        "usage" => UsageCommand.Create(shared, world),
        "memory" => MemoryCommand.Create(shared, world),
        "config" => ConfigCommand.Create(shared, world),
        "doctor" => DoctorCommand.Create(shared, world),
        "backup" => BackupCommand.Create(shared, world),
        "import" => ImportCommand.Create(shared, world),
        "token" => TokenCommand.Create(shared, world),
        "reset" => ResetCommand.Create(shared, world),
        "diagnostics" => DiagnosticsCommand.Create(shared, world),
        "update" => UpdateCommand.Create(shared, world),
        "logs" => LogsCommand.Create(shared, world),
        "approvals" => ApprovalsCommand.Create(shared, world),
        "cron" => CronCommand.Create(shared, world),
        "system" => SystemCommand.Create(shared, world),
        "sandbox" => SandboxCommands.Create(shared, world),
        "skills" => SkillsCommand.Create(shared, world),
        "mcp" => McpCommand.Create(shared, world),
        "devices" => DevicesCommand.Create(shared, world),
        "nodes" => NodesCommand.Create(shared, world),
        "node" => NodeCommand.Create(shared, world),
        "qr" => QrCommand.Create("qr", waits: false, shared, world),
        "pair" => QrCommand.Create("pair", waits: true, shared, world),
        "dashboard" => DashboardCommand.Create(shared, world),
        "completion" => CompletionCommand.Create(shared, world),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "no command"),
    };

    /// <summary>The whole command tree.</summary>
    internal static Command Build(CliOptions shared, CliWorld world) => Build(shared, world, Names);

    // The root is a plain command: a root command takes its name from the executable, and an executable called like one of the commands
    // would then swallow that command.
    private static Command Build(CliOptions shared, CliWorld world, IReadOnlyList<string> names)
    {
        Command root = new(Name, "OpenClaw on one small machine: gateway, models, sessions.");
        foreach (string name in names)
        {
            root.Add(Made(name, shared, world));
        }

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
