namespace OpenClaw.Edge.Protocol.Gateway;

/// <summary>WebSocket close codes of the gateway. Source: docs/protocol.md, close codes.</summary>
public static class CloseCodes
{
    /// <summary>Handshake deadline passed, or the first frame is not JSON.</summary>
    public const int Normal = 1000;

    /// <summary>Broken framing, or no common protocol version.</summary>
    public const int ProtocolError = 1002;

    /// <summary>A message that is not UTF-8.</summary>
    public const int BadText = 1007;

    /// <summary>Refused: handshake, credentials, slow consumer.</summary>
    public const int PolicyViolation = 1008;

    /// <summary>Frame too big.</summary>
    public const int TooBig = 1009;

    /// <summary>A bug during connect.</summary>
    public const int InternalError = 1011;

    /// <summary>The gateway stops or restarts.</summary>
    public const int ServiceRestart = 1012;

    /// <summary>Not admitting now.</summary>
    public const int TryAgainLater = 1013;

    /// <summary>Credentials changed.</summary>
    public const int AuthChanged = 4001;
}
