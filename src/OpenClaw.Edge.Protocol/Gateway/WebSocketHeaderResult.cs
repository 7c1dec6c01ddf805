namespace OpenClaw.Edge.Protocol.Gateway;

/// <summary>What was found at the head of the receive buffer.</summary>
public enum WebSocketHeaderResult
{
    /// <summary>A whole header.</summary>
    Read,

    /// <summary>More bytes are needed.</summary>
    Incomplete,

    /// <summary>Not what a client may send: close with 1002.</summary>
    ProtocolError,
}
