namespace OpenClaw.Edge.Security;

/// <summary>The judgement on a credential.</summary>
/// <param name="Outcome">What was found.</param>
/// <param name="RetryAfter">When rate-limited, how long the lockout still lasts.</param>
/// <param name="Method"><c>token</c>, <c>password</c> or <c>none</c>: what the gateway is set to.</param>
/// <param name="Delay">How long the caller must wait before it answers; <see cref="GatewayAuthenticator.CheckAsync"/>
/// has waited already.</param>
public readonly record struct AuthDecision(
    AuthOutcome Outcome,
    TimeSpan RetryAfter,
    string Method,
    TimeSpan Delay = default)
{
    /// <summary>When the accepted secret stops opening, epoch milliseconds: the token before a rotation. 0 for others.</summary>
    public long EndsAtMs { get; init; }

    /// <summary>Whether the caller may go on.</summary>
    public bool Accepted => Outcome == AuthOutcome.Accepted;
}
