using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Tools;

/// <summary>Where a call comes from and what it may use.</summary>
public sealed record ToolCallContext
{
    /// <summary>Session of the run.</summary>
    public required SessionKey SessionKey { get; init; }

    /// <summary>Absolute path of the agent's workspace.</summary>
    public required string Workspace { get; init; }

    /// <summary>Most characters a result may have, sized to the model's window.</summary>
    public int MaxResultChars { get; init; } = 16_000;
}
