using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using OpenClaw.Edge.Cli;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Storage;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Hosting;

/// <summary>What a node is made of: commands of this machine, judged by its own approvals and noted in a ledger of its own. Nobody can be
/// asked here, so what would need a person is refused.</summary>
internal sealed class NodeHome : INodeWork
{
    private readonly EdgeDatabase _database;
    private readonly ExecApprovalsFile _approvals;
    private readonly ProcessTable _processes;
    private readonly NodeCommands _commands;

    private NodeHome(StatePaths paths, Func<ConfigSnapshot> config, TimeProvider clock)
    {
        string folder = Path.Combine(paths.StateDir, "node");
        AtomicFile.CreateFolder(folder);
        _database = EdgeDatabase.Open(Path.Combine(folder, "node.sqlite"), clock, NullLogger.Instance);
        _approvals = new ExecApprovalsFile(Path.Combine(paths.StateDir, "exec-approvals.json"));
        _processes = new ProcessTable(Path.Combine(paths.StateDir, "tmp", "node"), clock);
        _commands = new NodeCommands(
            new ToolParts
            {
                Config = config,
                Guard = new ExecGuard(new ApprovalGate(clock), _approvals, new ApprovalLedger(_database, clock), clock),
                Processes = _processes,
                Time = clock,
            },
            config().Environment["HOME"] ?? "/");
    }

    /// <summary>Opens it in a state directory. Throws <see cref="CliException"/>.</summary>
    public static INodeWork Open(StatePaths paths, Func<ConfigSnapshot> config, TimeProvider clock)
    {
        try
        {
            return new NodeHome(paths, config, clock);
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException or StorageException)
        {
            throw new CliException(ExitCode.Failed, $"{paths.StateDir} cannot be used: {unusable.Message}");
        }
    }

    /// <inheritdoc />
    public IReadOnlyList<string> Commands => NodeCommands.Names;

    /// <inheritdoc />
    public async Task<NodeReply> InvokeAsync(string command, JsonElement parameters, int? timeoutMs, CancellationToken cancellationToken)
    {
        NodeAnswer answer = await _commands.InvokeAsync(command, parameters, timeoutMs, cancellationToken);
        return new NodeReply(answer.Payload, answer.Code, answer.Message);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _processes.DisposeAsync();
        _approvals.Dispose();
        await _database.DisposeAsync();
    }
}
