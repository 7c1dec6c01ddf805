namespace OpenClaw.Edge.Protocol.Docker;

/// <summary>Answer of what creates something.</summary>
/// <param name="Id">Its id.</param>
public sealed record DockerId(string Id);
