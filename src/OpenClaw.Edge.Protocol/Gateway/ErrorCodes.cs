namespace OpenClaw.Edge.Protocol.Gateway;

/// <summary>Error codes of responses. Source: docs/protocol.md, frames.</summary>
public static class ErrorCodes
{
    /// <summary>The call is wrong.</summary>
    public const string InvalidRequest = "INVALID_REQUEST";

    /// <summary>The device is not known.</summary>
    public const string NotPaired = "NOT_PAIRED";

    /// <summary>The caller may not.</summary>
    public const string Forbidden = "FORBIDDEN";

    /// <summary>Not now, or it failed.</summary>
    public const string Unavailable = "UNAVAILABLE";
}
