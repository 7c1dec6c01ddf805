namespace OpenClaw.Edge.Tools;

/// <summary>A file operation that the workspace refused. The message is meant for a model: it names the path and the fix.</summary>
public sealed class WorkspaceException(WorkspaceFault fault, string message) : Exception(message)
{
    /// <summary>What to do.</summary>
    public WorkspaceFault Fault { get; } = fault;
}
