namespace OpenClaw.Edge.Gateway;

/// <summary>The judgement on a connect request: exactly one of the two is set.</summary>
/// <param name="Grant">What the client gets.</param>
/// <param name="Refusal">Why it gets nothing.</param>
internal readonly record struct HandshakeDecision(ConnectionGrant? Grant, HandshakeRefusal? Refusal)
{
    /// <summary>A refusal.</summary>
    public static HandshakeDecision Refused(HandshakeRefusal refusal) => new(null, refusal);
}
