namespace OpenClaw.Edge.Gateway;

/// <summary>What came in.</summary>
internal enum WebSocketMessageKind
{
    /// <summary>A whole text (or binary) message.</summary>
    Data,

    /// <summary>A ping: answer with a pong of the same payload.</summary>
    Ping,

    /// <summary>A pong.</summary>
    Pong,

    /// <summary>The peer closes.</summary>
    Close,

    /// <summary>The connection ended without a close frame.</summary>
    EndOfStream,

    /// <summary>A message over the limit.</summary>
    TooBig,

    /// <summary>Broken framing.</summary>
    ProtocolError,

    /// <summary>A message that is not UTF-8.</summary>
    BadText,
}
