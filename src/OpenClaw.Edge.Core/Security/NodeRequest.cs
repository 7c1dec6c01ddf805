namespace OpenClaw.Edge.Security;

/// <summary>What a node offers and nobody has approved yet.</summary>
/// <param name="RequestId">UUID.</param>
/// <param name="NodeId">The node's device id.</param>
/// <param name="Surface">What it declares.</param>
/// <param name="AtMs">Last change, epoch milliseconds.</param>
public sealed record NodeRequest(string RequestId, string NodeId, NodeSurface Surface, long AtMs);
