namespace OpenClaw.Edge.Protocol.Gateway;

/// <summary>What is wrong with a request frame.</summary>
public enum FrameError
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Not JSON.</summary>
    NotJson,

    /// <summary>JSON, but not an object.</summary>
    NotObject,

    /// <summary><c>type</c> is not <c>req</c>.</summary>
    WrongType,

    /// <summary><c>id</c> is absent.</summary>
    MissingId,

    /// <summary><c>id</c> is not a non-empty string.</summary>
    BadId,

    /// <summary><c>method</c> is absent.</summary>
    MissingMethod,

    /// <summary><c>method</c> is an empty string.</summary>
    BadMethod,

    /// <summary><c>params</c> has an escape of half a surrogate pair, which is no character.</summary>
    HalfCharacter,

    /// <summary><c>method</c> is not a string.</summary>
    MethodNotText,
}
