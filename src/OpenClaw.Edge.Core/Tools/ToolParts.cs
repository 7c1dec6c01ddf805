using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Tools;

/// <summary>What the built-in tools use; put together once by the composition root.</summary>
public sealed record ToolParts
{
    /// <summary>The configuration in force, with the environment it was read in.</summary>
    public required Func<ConfigSnapshot> Config { get; init; }

    /// <summary>Judges commands.</summary>
    public required ExecGuard Guard { get; init; }

    /// <summary>Commands that run or ran.</summary>
    public required ProcessTable Processes { get; init; }

    /// <summary>Clock.</summary>
    public required TimeProvider Time { get; init; }
}
