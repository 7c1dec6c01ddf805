using OpenClaw.Edge.Security;

namespace OpenClaw.Edge.Gateway;

/// <summary>What the credentials of a connect request are worth.</summary>
/// <param name="Decision">Judgement; its method is what hello-ok tells.</param>
/// <param name="Kind">What was judged.</param>
/// <param name="Setup">The invitation that a bootstrap token opened.</param>
/// <param name="ScopeMismatch">The device token is right but does not cover what is asked.</param>
/// <param name="IdentityMissing">No proxy vouches for the user, in mode <c>trusted-proxy</c>.</param>
internal sealed record ConnectCredential(
    AuthDecision Decision,
    CredentialKind Kind,
    SetupCode? Setup = null,
    bool ScopeMismatch = false,
    bool IdentityMissing = false)
{
    /// <summary>Whether the gateway's own secret was shown, or none is needed.</summary>
    public bool IsOpenOrSecret => Decision.Method is "none" or "token" or "password";
}
