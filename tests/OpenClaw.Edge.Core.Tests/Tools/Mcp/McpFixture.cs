using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.TestKit.Mcp;
using OpenClaw.Edge.Tools;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Tools.Mcp;

/// <summary>MCP servers of a configuration, and calls of their tools as a turn makes them.</summary>
internal sealed class McpFixture : IAsyncDisposable
{
    private static readonly ToolPolicy s_everything = new(null, null, null, null);

    private readonly ProviderHttp _http = new();

    public McpFixture(TimeProvider? time = null, Dictionary<string, string>? environment = null)
    {
        Servers = new McpServers(new McpParts
        {
            Http = _http,
            Environment = () => new ProcessEnvironment(
                environment ?? new Dictionary<string, string> { ["PATH"] = Environment.GetEnvironmentVariable("PATH")!, ["HOME"] = Folder.Root }, Folder.Root, Folder.Root),
            Time = time ?? TimeProvider.System,
            Logger = NullLogger.Instance,
        });
        Registry = new ToolRegistry([], mcp: Servers);
    }

    public TempDir Folder { get; } = new();

    public McpServers Servers { get; }

    public ToolRegistry Registry { get; }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Configure(params McpServerConfig[] servers) => Configure(600_000, servers);

    public void Configure(int idleMs, params McpServerConfig[] servers) => Servers.Apply(new McpConfig { Servers = servers, SessionIdleTtlMs = idleMs });

    public static McpServerConfig Of(ScriptedMcpProgram program, string name = "docs") =>
        new() { Name = name, Command = program.Path, ConnectionTimeoutMs = 15_000, RequestTimeoutMs = 15_000, Fingerprint = program.Path };

    public static McpServerConfig Of(ScriptedMcpSite site, string name = "docs") =>
        new() { Name = name, Url = site.Url, Transport = "streamable-http", ConnectionTimeoutMs = 15_000, RequestTimeoutMs = 15_000, Fingerprint = site.Url };

    public async Task<string[]> NamesAsync(ToolPolicy? policy = null)
    {
        await Guard.Within(Registry.ReadyAsync(policy ?? s_everything, null, Token));
        return [.. Registry.All.Select(tool => tool.Spec.Name)];
    }

    public async Task<ToolResult> CallAsync(string tool, string arguments = "{}", CancellationToken? cancellationToken = null)
    {
        await Registry.ReadyAsync(s_everything, tool, Token);
        Assert.True(Registry.TryGet(tool, out ITool? found), $"{tool} is not there");
        using JsonDocument document = JsonDocument.Parse(arguments);
        return await Guard.Within(
            found.InvokeAsync(new ToolCallContext { SessionKey = SessionKey.Main("main"), Workspace = Folder.Root }, document.RootElement, cancellationToken ?? Token).AsTask(),
            limit: TimeSpan.FromSeconds(30));
    }

    public async ValueTask DisposeAsync()
    {
        await Servers.DisposeAsync();
        _http.Dispose();
        Folder.Dispose();
    }
}
