namespace OpenClaw.Edge.Platform.DBus;

/// <summary>What the machine is about to do, or has done.</summary>
public enum PowerChange
{
    /// <summary>It goes down as soon as nobody holds it, five seconds at most.</summary>
    ShuttingDown,

    /// <summary>It does not, after all.</summary>
    ShutdownCancelled,

    /// <summary>It sleeps as soon as nobody holds it.</summary>
    FallingAsleep,

    /// <summary>It slept.</summary>
    AwakeAgain,
}
