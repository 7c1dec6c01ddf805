using System.Diagnostics.CodeAnalysis;

namespace OpenClaw.Edge.Protocol.Gateway;

/// <summary>Opcodes of RFC 6455, 5.2.</summary>
[SuppressMessage("Design", "CA1027", Justification = "Numbers of the RFC, not flags.")]
public enum WebSocketOpcode
{
    /// <summary>Goes on with a fragmented message.</summary>
    Continuation = 0,

    /// <summary>UTF-8 text.</summary>
    Text = 1,

    /// <summary>Bytes; the gateway reads them as text.</summary>
    Binary = 2,

    /// <summary>Close, with code and reason.</summary>
    Close = 8,

    /// <summary>Asks for a pong.</summary>
    Ping = 9,

    /// <summary>Answers a ping.</summary>
    Pong = 10,
}
