namespace OpenClaw.Edge.TestKit.Models;

/// <summary>How a scripted answer goes wrong.</summary>
public enum ModelFault
{
    /// <summary>It does not.</summary>
    None = 0,

    /// <summary>The connection is reset after the chosen number of pieces.</summary>
    Drop,

    /// <summary>The body ends properly, but without the wire's last message.</summary>
    Truncated,

    /// <summary>Nothing more is sent, the connection stays open.</summary>
    Stall,

    /// <summary>One message is not JSON; the answer goes on after it.</summary>
    BadJson,

    /// <summary>An error object takes the place of the next piece and ends the body.</summary>
    ErrorObject,

    /// <summary>The answer has no text at all.</summary>
    Empty,

    /// <summary>The request is read and never answered.</summary>
    NoHead,

    /// <summary>The connection is reset before any answer.</summary>
    Refuse,
}
