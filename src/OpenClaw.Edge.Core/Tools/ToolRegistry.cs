using System.Diagnostics.CodeAnalysis;
using OpenClaw.Edge.Sandbox;

namespace OpenClaw.Edge.Tools;

/// <summary>The tools that exist, in the byte-stable order in which models see them. Those of MCP servers come and go; the others never
/// change. Thread-safe.</summary>
public sealed class ToolRegistry
{
    private readonly Dictionary<string, ITool> _byName;
    private readonly ITool[] _own;
    private readonly McpServers? _mcp;
    private volatile Merged _merged;

    /// <summary>Creates a registry; names are distinct.</summary>
    /// <param name="tools">The tools.</param>
    /// <param name="sandbox">Says which sessions are sandboxed; null means none.</param>
    /// <param name="mcp">Servers with further tools; null means none.</param>
    public ToolRegistry(IReadOnlyList<ITool> tools, SandboxRouter? sandbox = null, McpServers? mcp = null)
    {
        Sandbox = sandbox;
        _mcp = mcp;
        _own = [.. tools.OrderBy(tool => tool.Spec.Name, StringComparer.Ordinal)];
        _byName = _own.ToDictionary(tool => tool.Spec.Name, StringComparer.Ordinal);
        _merged = new Merged([], _own);
    }

    /// <summary>Says which sessions are sandboxed; null means none.</summary>
    public SandboxRouter? Sandbox { get; }

    /// <summary>All tools that are known now, by name.</summary>
    public IReadOnlyList<ITool> All
    {
        get
        {
            Merged merged = _merged;
            if (_mcp?.Tools is { } further && !ReferenceEquals(further, merged.Further))
            {
                merged = new Merged(further, [.. _own.Concat(further).OrderBy(tool => tool.Spec.Name, StringComparer.Ordinal)]);
                _merged = merged;
            }

            return merged.All;
        }
    }

    /// <summary>Finds a tool by its exact name.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out ITool? tool)
    {
        tool = _byName.GetValueOrDefault(name) ?? _mcp?.Find(name);
        return tool is not null;
    }

    /// <summary>Makes the tools of MCP servers known that a policy may allow.</summary>
    /// <param name="policy">What may be used.</param>
    /// <param name="tool">Only this one is meant; null means all.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public Task ReadyAsync(ToolPolicy policy, string? tool, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return _mcp is null || (tool is not null && !tool.Contains("__", StringComparison.Ordinal))
            ? Task.CompletedTask
            : _mcp.ReadyAsync(policy, tool, cancellationToken);
    }

    private sealed record Merged(IReadOnlyList<ITool> Further, IReadOnlyList<ITool> All);
}
