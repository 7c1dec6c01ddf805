namespace OpenClaw.Edge.Sandbox;

/// <summary>Whether a <see cref="SandboxWall"/> holds.</summary>
public enum SandboxWallState
{
    /// <summary>It holds.</summary>
    Enforced,

    /// <summary>It holds with an exception that its detail names.</summary>
    Partly,

    /// <summary>It does not hold.</summary>
    Off,
}
