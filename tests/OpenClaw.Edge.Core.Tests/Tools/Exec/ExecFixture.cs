using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.Storage;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Core.Tests.Tools.Exec;

/// <summary>The exec and process tools on a real workspace, database and approvals file, with the real clock.</summary>
internal sealed class ExecFixture : IAsyncDisposable
{
    private readonly TempDir _dir = new();
    private readonly EdgeDatabase _database;

    public ExecFixture(string config = "{}", Dictionary<string, string>? environment = null, TimeProvider? time = null)
    {
        TimeProvider clock = time ?? TimeProvider.System;
        Directory.CreateDirectory(Workspace);
        File.WriteAllBytes(_dir.PathOf("openclaw.json"), System.Text.Encoding.UTF8.GetBytes(config));
        Dictionary<string, string> variables = new(environment ?? [], StringComparer.Ordinal)
        {
            ["HOME"] = _dir.Root,
            ["OPENCLAW_STATE_DIR"] = _dir.Root,
            ["PATH"] = "/usr/local/bin:/usr/bin:/bin",
        };
        ProcessEnvironment process = new(variables, _dir.Root);
        ConfigSnapshot snapshot = ConfigLoader.Load(StatePaths.Resolve(process), process);
        _database = EdgeDatabase.Open(_dir.PathOf("state/edge.sqlite"), clock, NullLogger.Instance);
        Approvals = new ExecApprovalsFile(_dir.PathOf("exec-approvals.json"));
        Gate = new ApprovalGate(clock);
        Ledger = new ApprovalLedger(_database, clock);
        Processes = new ProcessTable(_dir.PathOf("tmp/exec"), clock);
        ToolParts parts = new()
        {
            Config = () => snapshot,
            Guard = new ExecGuard(Gate, Approvals, Ledger, clock),
            Processes = Processes,
            Time = clock,
        };
        Tools = new ToolRegistry(BuiltInTools.Create(parts));
    }

    public string Workspace => _dir.PathOf("workspace");

    public string Root => _dir.Root;

    public EdgeDatabase Database => _database;

    public ExecApprovalsFile Approvals { get; }

    public ApprovalGate Gate { get; }

    public ApprovalLedger Ledger { get; }

    public ProcessTable Processes { get; }

    public ToolRegistry Tools { get; }

    public Task<ToolResult> CallAsync(string tool, string arguments, CancellationToken cancellationToken) =>
        CallAsync(tool, arguments, "main", 16_000, cancellationToken);

    public async Task<ToolResult> CallAsync(
        string tool, string arguments, string agent, int maxChars, CancellationToken cancellationToken)
    {
        SessionKey.TryParse($"agent:{agent}:main", "main", out SessionKey key);
        Tools.TryGet(tool, out ITool? found);
        if (!ToolArguments.TryRead(found!.Spec, arguments, out JsonElement read, out string problem))
        {
            return ToolResult.Error(problem);
        }

        return await found.InvokeAsync(new ToolCallContext { SessionKey = key, Workspace = Workspace, MaxResultChars = maxChars }, read, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await Processes.DisposeAsync();
        Approvals.Dispose();
        await _database.DisposeAsync();
        _dir.Dispose();
    }
}
