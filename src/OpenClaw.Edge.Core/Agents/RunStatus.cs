namespace OpenClaw.Edge.Agents;

/// <summary>State of a run.</summary>
public enum RunStatus
{
    /// <summary>Waits for its session.</summary>
    Queued,

    /// <summary>Runs.</summary>
    Running,

    /// <summary>Ended with an answer.</summary>
    Done,

    /// <summary>Ended with an error.</summary>
    Failed,

    /// <summary>Aborted by a client, a newer message or shutdown.</summary>
    Aborted,

    /// <summary>Ran out of its wall-clock budget.</summary>
    TimedOut,
}
