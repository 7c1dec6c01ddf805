using System.Diagnostics.CodeAnalysis;

namespace OpenClaw.Edge.Tools;

/// <summary>The tools that exist, in the byte-stable order in which models see them. Immutable.</summary>
public sealed class ToolRegistry
{
    private readonly Dictionary<string, ITool> _byName;

    /// <summary>Creates a registry; names are distinct.</summary>
    public ToolRegistry(IReadOnlyList<ITool> tools)
    {
        All = [.. tools.OrderBy(tool => tool.Spec.Name, StringComparer.Ordinal)];
        _byName = All.ToDictionary(tool => tool.Spec.Name, StringComparer.Ordinal);
    }

    /// <summary>All tools by name.</summary>
    public IReadOnlyList<ITool> All { get; }

    /// <summary>Finds a tool by its exact name.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out ITool? tool) => _byName.TryGetValue(name, out tool);
}
