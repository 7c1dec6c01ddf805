namespace OpenClaw.Edge.Agents;

/// <summary>A named queue and how many turns are in it.</summary>
internal sealed class RunLaneUse(RunSlots slots)
{
    /// <summary>The queue.</summary>
    public RunSlots Slots { get; } = slots;

    /// <summary>Turns that wait or run; guarded by the lanes' lock.</summary>
    public int Users { get; set; }
}
