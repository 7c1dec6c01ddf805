namespace OpenClaw.Edge.Gateway;

/// <summary>A device token that hello-ok tells its device.</summary>
/// <param name="Token">The token; never log it.</param>
/// <param name="Role">What it is good for.</param>
/// <param name="Scopes">Scopes it covers.</param>
/// <param name="IssuedAtMs">Epoch milliseconds.</param>
internal sealed record IssuedToken(string Token, string Role, IReadOnlyList<string> Scopes, long IssuedAtMs)
{
    /// <summary>Never the token.</summary>
    public override string ToString() => Role;
}
