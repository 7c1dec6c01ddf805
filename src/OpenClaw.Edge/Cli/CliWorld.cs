using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Cli;

/// <summary>Everything outside the command line that a command may touch; tests bring their own.</summary>
public sealed record CliWorld
{
    /// <summary>Console.</summary>
    public required CliTerminal Terminal { get; init; }

    /// <summary>Clock.</summary>
    public required TimeProvider Clock { get; init; }

    /// <summary>Environment variables.</summary>
    public required ProcessEnvironment Environment { get; init; }

    /// <summary>Runs a gateway in this process until the token is cancelled; given by the hosting layer.</summary>
    public required Func<GatewayRunOptions, CancellationToken, Task<int>> RunGateway { get; init; }

    /// <summary>Opens what this machine does as a node, in a state directory; null where it cannot be one.</summary>
    public Func<StatePaths, Func<ConfigSnapshot>, TimeProvider, INodeWork>? OpenNode { get; init; }

    /// <summary>Looks at an MCP server, and opens it when the flag says so; null where that cannot be done.</summary>
    public Func<McpServerConfig, ProcessEnvironment, TimeProvider, bool, CancellationToken, Task<McpReport>>? LookAtMcp { get; init; }

    /// <summary>The process as it is.</summary>
    public static CliWorld System(Func<GatewayRunOptions, CancellationToken, Task<int>> runGateway) => new()
    {
        Terminal = CliTerminal.System(),
        Clock = TimeProvider.System,
        Environment = ProcessEnvironment.FromProcess(),
        RunGateway = runGateway,
    };
}
