using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using OpenClaw.Edge.Cli;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Platform;
using OpenClaw.Edge.Storage;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Hosting;

/// <summary>What a node is made of: commands of this machine, judged by its own approvals and noted in a ledger of its own. Nobody can be
/// asked here, so what would need a person is refused.</summary>
internal sealed class NodeHome : INodeWork
{
    private readonly string _folder;
    private readonly EdgeDatabase _database;
    private readonly ExecApprovalsFile _approvals;
    private readonly ProcessTable _processes;
    private readonly NodeCommands _commands;

    private NodeHome(StatePaths paths, Func<ConfigSnapshot> config, TimeProvider clock)
    {
        string folder = Path.Combine(paths.StateDir, "node");
        AtomicFile.CreateFolder(folder);
        _folder = folder;
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
    public IReadOnlyList<string> Offered => NodeCommands.Offered;

    /// <inheritdoc />
    public void WriteHostStats(Utf8JsonWriter json)
    {
        MachineMemory memory = MachineMemory.Read() ?? default;
        json.WriteStartObject();
        json.WriteNumber("cpuCount"u8, Math.Clamp(Environment.ProcessorCount, 1, 4096));
        json.WriteNumber("memoryTotalBytes"u8, memory.Total);
        json.WriteNumber("memoryFreeBytes"u8, Math.Clamp(memory.Available, 0, memory.Total));
        try
        {
            string[] load = File.ReadAllText("/proc/loadavg").Split(' ');
            json.WriteStartArray("loadAverage"u8);
            for (int minutes = 0; minutes < 3; minutes++)
            {
                json.WriteNumberValue(double.Parse(load[minutes], CultureInfo.InvariantCulture));
            }

            json.WriteEndArray();
            DriveInfo disk = new(_folder);
            (long total, long available) = (disk.TotalSize, disk.AvailableFreeSpace);
            json.WriteNumber("diskTotalBytes"u8, total);
            json.WriteNumber("diskAvailableBytes"u8, Math.Min(available, total));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            // a machine that does not tell its load or its disk: the members are optional
        }

        json.WriteEndObject();
    }

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
