namespace OpenClaw.Edge.Security;

/// <summary>What a caller presented; failures are counted apart for each.</summary>
public enum CredentialKind
{
    /// <summary>The gateway's token or password.</summary>
    SharedSecret,

    /// <summary>A token of a paired device.</summary>
    DeviceToken,

    /// <summary>A one-time token from a setup code.</summary>
    BootstrapToken,
}
