namespace OpenClaw.Edge.Security;

/// <summary>What was wrong with a device's proof. Source: docs/protocol.md, device identity.</summary>
public enum DeviceSignatureCheck
{
    /// <summary>Nothing.</summary>
    Valid,

    /// <summary>The id is not the hash of the public key.</summary>
    IdMismatch,

    /// <summary>Signed too long ago, or in the future.</summary>
    Expired,

    /// <summary>No nonce.</summary>
    NonceMissing,

    /// <summary>Not this socket's nonce.</summary>
    NonceMismatch,

    /// <summary>The signature is not by this key over this line.</summary>
    SignatureInvalid,

    /// <summary>Not an Ed25519 public key.</summary>
    PublicKeyInvalid,
}
