namespace OpenClaw.Edge.Protocol.Gateway;

/// <summary>Credentials of a connect request; absent ones are null.</summary>
/// <param name="Token">Shared token (or device token).</param>
/// <param name="Password">Shared password.</param>
/// <param name="DeviceToken">Token of a paired device.</param>
/// <param name="BootstrapToken">One-time token from a setup code.</param>
public sealed record ConnectAuth(string? Token, string? Password, string? DeviceToken, string? BootstrapToken)
{
    /// <summary>The token that a device's signature covers.</summary>
    public string SignedToken => Token ?? DeviceToken ?? BootstrapToken ?? "";

    /// <summary>Never the values.</summary>
    public override string ToString() => "ConnectAuth";
}
