namespace OpenClaw.Edge.Providers;

/// <summary>What the caller of a provider should do about a failure.</summary>
public enum ProviderFailure
{
    /// <summary>The server is not there or did not answer in time: try another, or later.</summary>
    Unreachable,

    /// <summary>The key is missing or wrong: a person must fix it.</summary>
    Unauthorized,

    /// <summary>Wait for <see cref="ProviderException.RetryAfter"/>, or try another.</summary>
    RateLimited,

    /// <summary>The prompt is too long for the window: shorten it.</summary>
    ContextOverflow,

    /// <summary>The server refused the request as it stands: do not send it again.</summary>
    BadRequest,

    /// <summary>The server has no such model: pull it or name another.</summary>
    ModelNotFound,

    /// <summary>The server failed: try again, or another.</summary>
    ServerError,

    /// <summary>The answer broke off: text already shown must not be shown twice.</summary>
    DroppedMidStream,

    /// <summary>The server sent something that is not its protocol.</summary>
    Malformed,

    /// <summary>The server went silent in the middle of an answer.</summary>
    Stalled,
}
