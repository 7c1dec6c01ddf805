using System.Diagnostics.CodeAnalysis;
using OpenClaw.Edge.Sandbox;

namespace OpenClaw.Edge.Tools;

/// <summary>The tools that exist, in the byte-stable order in which models see them. Immutable.</summary>
public sealed class ToolRegistry
{
    private readonly Dictionary<string, ITool> _byName;

    /// <summary>Creates a registry; names are distinct.</summary>
    /// <param name="tools">The tools.</param>
    /// <param name="sandbox">Says which sessions are sandboxed; null means none.</param>
    public ToolRegistry(IReadOnlyList<ITool> tools, SandboxRouter? sandbox = null)
    {
        Sandbox = sandbox;
        All = [.. tools.OrderBy(tool => tool.Spec.Name, StringComparer.Ordinal)];
        _byName = All.ToDictionary(tool => tool.Spec.Name, StringComparer.Ordinal);
    }

    /// <summary>Says which sessions are sandboxed; null means none.</summary>
    public SandboxRouter? Sandbox { get; }

    /// <summary>All tools by name.</summary>
    public IReadOnlyList<ITool> All { get; }

    /// <summary>Finds a tool by its exact name.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out ITool? tool) => _byName.TryGetValue(name, out tool);
}
