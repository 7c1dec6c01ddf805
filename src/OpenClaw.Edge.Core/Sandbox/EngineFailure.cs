namespace OpenClaw.Edge.Sandbox;

/// <summary>What to do about a failed call to a container engine.</summary>
public enum EngineFailure
{
    /// <summary>Look for the engine again: nobody answers on the socket, or the connection broke.</summary>
    Unreachable,

    /// <summary>Make it: the container, image or command is not there.</summary>
    NotFound,

    /// <summary>Look at its state: it exists already, or it does not run.</summary>
    Conflict,

    /// <summary>Change the request: the engine refuses it.</summary>
    Refused,

    /// <summary>Free space on the disk.</summary>
    NoSpace,

    /// <summary>Wait or look at the engine's log: it failed or took too long.</summary>
    Broken,
}
