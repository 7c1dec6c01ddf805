namespace OpenClaw.Edge.Agents;

/// <summary>What happens to a message whose session is busy.</summary>
public enum QueueMode
{
    /// <summary>Waiting messages are merged into one turn.</summary>
    Collect,

    /// <summary>Each waiting message gets a turn of its own, in order.</summary>
    Followup,

    /// <summary>The running turn is aborted and the message runs next.</summary>
    Interrupt,

    /// <summary>Joins the running turn after its next tool result or its last words. A turn that a program asked for is joined after tools
    /// only, else followed as by <see cref="Collect"/>.</summary>
    Steer,
}
