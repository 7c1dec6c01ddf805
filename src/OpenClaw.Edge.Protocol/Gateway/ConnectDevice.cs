namespace OpenClaw.Edge.Protocol.Gateway;

/// <summary>The <c>device</c> object of a connect request.</summary>
/// <param name="Id">Lower-case hex SHA-256 of the public key.</param>
/// <param name="PublicKey">Base64url or PEM.</param>
/// <param name="Signature">Base64url.</param>
/// <param name="SignedAtMs">Epoch milliseconds.</param>
/// <param name="Nonce">Nonce of the challenge.</param>
public sealed record ConnectDevice(string Id, string PublicKey, string Signature, long SignedAtMs, string Nonce);
