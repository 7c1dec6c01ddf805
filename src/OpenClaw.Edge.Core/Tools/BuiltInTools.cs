namespace OpenClaw.Edge.Tools;

/// <summary>The tools that are part of the gateway.</summary>
public static class BuiltInTools
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<ITool> All { get; } = [new EditTool(), new LsTool(), new ReadTool(), new WriteTool()];
}
