namespace OpenClaw.Edge.Sandbox;

/// <summary>One thing that stands between a sandboxed command and the machine.</summary>
/// <param name="Stars">How much it protects: 3 is most.</param>
/// <param name="Name">What it is, such as <c>network</c>.</param>
/// <param name="State">Whether it holds.</param>
/// <param name="Detail">How, and why it does not hold where it does not.</param>
public sealed record SandboxWall(int Stars, string Name, SandboxWallState State, string Detail);
