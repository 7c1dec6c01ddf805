namespace OpenClaw.Edge.Tools;

/// <summary>The tools that are part of the gateway.</summary>
public static class BuiltInTools
{
    /// <summary>Those that need nothing but a workspace.</summary>
    public static IReadOnlyList<ITool> All { get; } = [new EditTool(), new LsTool(), new ReadTool(), new WriteTool()];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<ITool> Create(ToolParts parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        return
        [
            .. All,
            new ApplyPatchTool(),
            new ExecTool(parts),
            new ProcessTool(parts),
        ];
    }
}
