namespace OpenClaw.Edge.Tools;

/// <summary>One name of a directory.</summary>
/// <param name="Name">The name, without its directory.</param>
/// <param name="Kind"><c>file</c>, <c>dir</c>, <c>link</c> or <c>other</c>.</param>
public readonly record struct WorkspaceItem(string Name, string Kind);
