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
            .. parts.Web is null ? (ITool[])[] : [new WebFetchTool(() => parts.Config().Config, parts.Web, parts.Time)],
            .. parts.Memory is null ? (ITool[])[] : [new MemoryGetTool(parts.Memory), new MemorySearchTool(parts.Memory)],
            .. parts.Http is null ? (ITool[])[] : [new WebSearchTool(parts.Config, parts.Http, parts.Time)],
        ];
    }
}
