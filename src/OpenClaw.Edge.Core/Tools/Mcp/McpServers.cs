using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Tools;

/// <summary>The MCP servers of the configuration in force. A server runs from the first turn that may use it until nobody has used it for
/// <c>mcp.sessionIdleTtlMs</c>; a changed entry ends it, others go on. Thread-safe. Dispose stops all.</summary>
public sealed class McpServers : IAsyncDisposable
{
    private const int MaxServers = 32;
    private const int MaxTools = 1024;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_sweep = TimeSpan.FromMinutes(1);

    private readonly McpParts _parts;
    private readonly Lock _gate = new();
    private readonly ITimer _timer;
    private McpServer[] _servers = [];
    private List<Task> _leaving = [];
    private TimeSpan _idle;
    private bool _closed;
    private volatile Known _known = new([], []);

    /// <summary>Makes a set without servers; <see cref="Apply"/> fills it.</summary>
    public McpServers(McpParts parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        _parts = parts;
        _timer = parts.Time.CreateTimer(_ => Sweep(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The tools that are known, by name.</summary>
    public IReadOnlyList<ITool> Tools => Current().Tools;

    /// <summary>What does not work at the moment, a sentence each.</summary>
    public IReadOnlyList<string> Problems => [.. Servers.Select(server => server.Problem).OfType<string>()];

    private McpServer[] Servers => Volatile.Read(ref _servers);

    /// <summary>Takes a configuration over. Nothing is started; what is no longer configured as it was is stopped.</summary>
    public void Apply(McpConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        McpServerConfig[] wanted = [.. config.Servers.Take(MaxServers)];
        string[] names = McpNames.OfServers(wanted.Select(server => server.Name));
        lock (_gate)
        {
            if (_closed)
            {
                return;
            }

            _idle = config.SessionIdleTtlMs > 0 ? TimeSpan.FromMilliseconds(config.SessionIdleTtlMs) : TimeSpan.MaxValue;
            Dictionary<string, McpServer> before = _servers.ToDictionary(server => server.Name, StringComparer.Ordinal);
            List<McpServer> now = [];
            for (int i = 0; i < wanted.Length; i++)
            {
                if (!wanted[i].Enabled)
                {
                    continue;
                }

                bool same = before.TryGetValue(wanted[i].Name, out McpServer? old)
                    && old.Config.Fingerprint == wanted[i].Fingerprint && old.SafeName == names[i];
                now.Add(same ? old! : new McpServer(wanted[i], names[i], _parts, OnStarted));
            }

            _leaving = [.. _leaving.Where(task => !task.IsCompleted), .. _servers.Except(now).Select(server => server.DisposeAsync().AsTask())];
            Volatile.Write(ref _servers, [.. now]);
        }
    }

    /// <summary>Finds a tool that is known.</summary>
    internal ITool? Find(string name) => Current().ByName.GetValueOrDefault(name);

    /// <summary>Makes the tools known that a policy may allow, by starting their servers where they are not. A server that does not start has
    /// none; one that failed before is waited for briefly.</summary>
    /// <param name="policy">What the turn may use.</param>
    /// <param name="tool">Only the server of this tool; null means all.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    internal Task ReadyAsync(ToolPolicy policy, string? tool, CancellationToken cancellationToken)
    {
        McpServer[] unknown =
        [
            .. Servers.Where(server => server.Tools is null
                && (tool is null || tool.StartsWith(server.SafeName + "__", StringComparison.OrdinalIgnoreCase)) && policy.MayAllow(server.SafeName + "__")),
        ];
        return unknown.Length == 0 ? Task.CompletedTask : Task.WhenAll(unknown.Select(server => server.KnowAsync(s_patience, cancellationToken)));
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        Task[] leaving;
        lock (_gate)
        {
            _closed = true;
            leaving = [.. _leaving, .. _servers.Select(server => server.DisposeAsync().AsTask())];
            _servers = [];
        }

        await _timer.DisposeAsync();
        await Task.WhenAll(leaving);
    }

    // Made anew when a server's tools are others than at the last time; turns get the same list until then.
    private Known Current()
    {
        Known known = _known;
        IReadOnlyList<McpTool>?[] parts = [.. Servers.Select(server => server.Tools)];
        if (known.Parts.AsSpan().SequenceEqual(parts))
        {
            return known;
        }

        known = new Known(parts, [.. parts.SelectMany(tools => tools ?? []).DistinctBy(tool => tool.Spec.Name, StringComparer.OrdinalIgnoreCase).Take(MaxTools)]);
        _known = known;
        return known;
    }

    private void OnStarted(McpServer server)
    {
        if (_idle < TimeSpan.MaxValue)
        {
            Arm();
        }
    }

    // Ticks only while a server runs: an idle gateway has no timer.
    private void Sweep()
    {
        bool any = false;
        foreach (McpServer server in Servers)
        {
            any |= !server.StopIfIdle(_idle);
        }

        if (any)
        {
            Arm();
        }
    }

    private void Arm()
    {
        TimeSpan next = _idle < s_sweep ? _idle : s_sweep;
        try
        {
            _timer.Change(next, Timeout.InfiniteTimeSpan);
        }
        catch (ObjectDisposedException)
        {
            // the gateway stops
        }
    }

    private sealed class Known(IReadOnlyList<McpTool>?[] parts, McpTool[] tools)
    {
        public IReadOnlyList<McpTool>?[] Parts { get; } = parts;

        public IReadOnlyList<ITool> Tools { get; } = [.. tools.OrderBy(tool => tool.Spec.Name, StringComparer.Ordinal)];

        public Dictionary<string, ITool> ByName { get; } = tools.ToDictionary(tool => tool.Spec.Name, ITool (tool) => tool, StringComparer.Ordinal);
    }
}
