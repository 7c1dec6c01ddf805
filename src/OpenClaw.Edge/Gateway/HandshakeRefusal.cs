using OpenClaw.Edge.Protocol.Gateway;

namespace OpenClaw.Edge.Gateway;

/// <summary>Why a connect request is refused, and the code that closes the socket.</summary>
/// <param name="Error">Sent as the response; its message is also the close reason.</param>
/// <param name="CloseCode">Close code.</param>
internal sealed record HandshakeRefusal(GatewayError Error, int CloseCode)
{
    /// <summary>What closes the socket, when it says more than the message.</summary>
    public string CloseReason { get; init; } = Error.Message;

    /// <summary>A refusal with close code 1008.</summary>
    public static HandshakeRefusal Policy(GatewayError error) => new(error, CloseCodes.PolicyViolation);
}
