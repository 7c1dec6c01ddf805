namespace OpenClaw.Edge.Agents;

/// <summary>How a request for a turn was received.</summary>
public enum RunAdmissionStatus
{
    /// <summary>The message is on disk and its turn runs or waits.</summary>
    Started,

    /// <summary>The same run id is running.</summary>
    InFlight,

    /// <summary>The same run id has ended; its result stands.</summary>
    Finished,

    /// <summary>The session's queue is full.</summary>
    LaneFull,

    /// <summary>The gateway is shutting down.</summary>
    Draining,

    /// <summary>Memory is short: nothing new is begun.</summary>
    Overloaded,

    /// <summary>The agent of the session key is not configured.</summary>
    UnknownAgent,
}
