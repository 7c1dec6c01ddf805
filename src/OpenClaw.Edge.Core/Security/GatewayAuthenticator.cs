using System.Net;
using System.Security.Cryptography;
using System.Text;
using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Security;

/// <summary>Judges the shared secret, for WebSocket and HTTP alike. Thread-safe.</summary>
public sealed class GatewayAuthenticator(Func<GatewaySecret> secret, Func<EdgeConfig> config, TimeProvider time)
{
    private readonly AuthRateLimiter _limiter = new(time);

    /// <summary><c>token</c>, <c>password</c>, <c>trusted-proxy</c> or <c>none</c>: what the gateway is set to.</summary>
    public string Mode => secret().AuthMode;

    /// <summary>Names the secret in force without telling it: another after each change.</summary>
    public string Generation
    {
        get
        {
            GatewaySecret current = secret();
            string text = $"{current.AuthMode}\n{(current.AuthMode == "token" ? current.Token : current.Password)}";
            return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
        }
    }

    /// <summary>Whether either text is the secret. For choosing what to check only: it counts nothing and locks nobody out,
    /// so <see cref="CheckAsync"/> must still judge.</summary>
    public bool IsSecret(string? presented, string? alternative)
    {
        GatewaySecret current = secret();
        string? expected = current.AuthMode == "token" ? current.Token : current.Password;
        return !string.IsNullOrEmpty(expected) && (Matches(current, presented, expected) | Matches(current, alternative, expected));
    }

    /// <summary>Judges a presented secret; the caller must wait <see cref="AuthDecision.Delay"/> before it answers.</summary>
    /// <param name="presented">What the caller sent; null or empty when nothing.</param>
    /// <param name="kind">What it claims to be.</param>
    /// <param name="peer">Client address, as <see cref="PeerAddress"/> found it.</param>
    /// <param name="browserOrigin">Whether an <c>Origin</c> header came along: then loopback is not exempt from lockout.</param>
    public AuthDecision Check(string? presented, CredentialKind kind, IPAddress peer, bool browserOrigin) =>
        Check(presented, null, kind, peer, browserOrigin);

    /// <summary>Judges a secret that may have come in one of two fields; a failure counts once.</summary>
    public AuthDecision Check(
        string? presented,
        string? alternative,
        CredentialKind kind,
        IPAddress peer,
        bool browserOrigin)
    {
        GatewaySecret current = secret();
        string method = current.AuthMode;
        if (method == "none")
        {
            return new AuthDecision(AuthOutcome.Accepted, TimeSpan.Zero, method);
        }

        string? expected = method == "token" ? current.Token : current.Password; // trusted-proxy: local callers' password
        if (string.IsNullOrEmpty(expected) && kind == CredentialKind.SharedSecret)
        {
            return new AuthDecision(AuthOutcome.NotConfigured, TimeSpan.Zero, method);
        }

        AuthRateLimitConfig limits = config().Gateway.Auth.RateLimit;
        bool exempt = IsExempt(limits, peer, browserOrigin);
        TimeSpan locked = _limiter.LockedFor(kind, peer, exempt);
        if (locked > TimeSpan.Zero)
        {
            return new AuthDecision(AuthOutcome.RateLimited, locked, method);
        }

        if (string.IsNullOrEmpty(presented) && string.IsNullOrEmpty(alternative))
        {
            return new AuthDecision(AuthOutcome.Missing, TimeSpan.Zero, method);
        }

        bool accepted = kind == CredentialKind.SharedSecret
            && (Matches(current, presented, expected!) | Matches(current, alternative, expected!));
        if (accepted)
        {
            _limiter.Succeed(kind, peer);
            bool inForce = FixedTimeSecret.AreEqual(presented ?? "", expected!) || FixedTimeSecret.AreEqual(alternative ?? "", expected!);
            return new AuthDecision(AuthOutcome.Accepted, TimeSpan.Zero, method)
            {
                EndsAtMs = inForce ? 0 : current.Previous?.ExpiresAtMs ?? 0,
            };
        }

        TimeSpan delay = _limiter.Fail(kind, peer, exempt, limits);
        return new AuthDecision(AuthOutcome.Mismatch, TimeSpan.Zero, method, delay);
    }

    /// <summary>How long the address is still locked out for wrong shared secrets; zero when it may try.</summary>
    public TimeSpan LockedFor(IPAddress peer, bool browserOrigin) =>
        _limiter.LockedFor(CredentialKind.SharedSecret, peer, IsExempt(config().Gateway.Auth.RateLimit, peer, browserOrigin));

    /// <summary>Judges a presented secret and waits out the delay of a wrong one.</summary>
    public async ValueTask<AuthDecision> CheckAsync(
        string? presented,
        string? alternative,
        CredentialKind kind,
        IPAddress peer,
        bool browserOrigin,
        CancellationToken cancellationToken)
    {
        AuthDecision decision = Check(presented, alternative, kind, peer, browserOrigin);
        if (decision.Delay > TimeSpan.Zero)
        {
            await Task.Delay(decision.Delay, time, cancellationToken);
        }

        return decision;
    }

    private static bool IsExempt(AuthRateLimitConfig limits, IPAddress peer, bool browserOrigin) =>
        limits.ExemptLoopback && IPAddress.IsLoopback(peer) && !browserOrigin;

    private bool Matches(GatewaySecret current, string? presented, string expected) =>
        !string.IsNullOrEmpty(presented)
        && (FixedTimeSecret.AreEqual(presented, expected)
            | (current.AuthMode == "token" && current.Previous is { } previous && previous.Matches(presented, time.GetUtcNow())));
}
