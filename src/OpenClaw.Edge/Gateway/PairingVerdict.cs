using OpenClaw.Edge.Security;

namespace OpenClaw.Edge.Gateway;

/// <summary>What pairing makes of a connect request.</summary>
/// <param name="Refusal">Why it must wait; null when it need not.</param>
/// <param name="Scopes">Effective scopes.</param>
/// <param name="Tokens">Device tokens to tell; its own first.</param>
internal sealed record PairingVerdict(HandshakeRefusal? Refusal, ScopeSet Scopes, IReadOnlyList<IssuedToken> Tokens)
{
    /// <summary>It must wait.</summary>
    public static PairingVerdict Wait(HandshakeRefusal refusal) => new(refusal, ScopeSet.Empty, []);
}
