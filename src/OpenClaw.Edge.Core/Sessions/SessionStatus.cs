namespace OpenClaw.Edge.Sessions;

/// <summary>State of a session's last run. The numbers are on disk and never change.</summary>
public enum SessionStatus
{
    /// <summary>A run waits for the session.</summary>
    Queued = 1,

    /// <summary>A run is in progress.</summary>
    Running = 2,

    /// <summary>The last run ended with an answer.</summary>
    Done = 3,

    /// <summary>The last run ended with an error.</summary>
    Failed = 4,

    /// <summary>The last run was aborted, or the process died under it.</summary>
    Killed = 5,

    /// <summary>The last run ran out of its wall-clock budget.</summary>
    Timeout = 6,
}
