using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Security;

namespace OpenClaw.Edge.Http;

/// <summary>Decides who may use the API: host, proxy, origin, credential, minute, in this order. What it refuses it has
/// answered. Thread-safe. Source: docs/http-api.md, who may call.</summary>
internal sealed class AuthGate(HttpFrontParts parts)
{
    private const string Bearer = "Bearer ";

    private readonly RequestLimiter _limiter = new(parts.Clock);

    /// <summary>Whether the <c>Host</c> header names this gateway; a page that rebound its own name gets nothing.</summary>
    public async ValueTask<bool> HostAllowedAsync(HttpContext context)
    {
        if (HostPolicy.Allows(context.Request.Headers.Host, parts.Config()))
        {
            return true;
        }

        await HttpAnswer.ErrorAsync(context, StatusCodes.Status403Forbidden, "forbidden", HostPolicy.Refusal);
        return false;
    }

    /// <summary>Lets a request with the gateway's secret through and counts it, or answers it and returns false.</summary>
    public async ValueTask<bool> AdmitAsync(HttpContext context)
    {
        EdgeConfig config = parts.Config();
        PeerInfo peer = PeerOf(context, config);
        if (peer.ProxyEvidenceUntrusted)
        {
            await HttpAnswer.ErrorAsync(
                context,
                StatusCodes.Status403Forbidden,
                "proxy_attribution_required",
                "Proxy client attribution is required. Add the proxy's address to gateway.trustedProxies.");
            return false;
        }

        StringValues origin = context.Request.Headers.Origin;
        bool fromPage = origin.Count > 0;
        if (fromPage && !OriginPolicy.Allows(origin, context.Request.Headers.Host, peer, config))
        {
            await HttpAnswer.ErrorAsync(
                context,
                StatusCodes.Status403Forbidden,
                "forbidden",
                "Origin not allowed. Add it to gateway.controlUi.allowedOrigins.");
            return false;
        }

        AuthDecision decision = await parts.Authenticator.CheckAsync(
            Presented(context), null, CredentialKind.SharedSecret, peer.Client, fromPage, context.RequestAborted);
        if (!decision.Accepted)
        {
            await RefuseAsync(context, decision);
            return false;
        }

        string caller = CallerOf(decision, peer.Client);
        HttpCaller.Note(context, decision.Method, caller);
        return await _limiter.AdmitAsync(context, config.Gateway.RateLimit, caller);
    }

    /// <summary>Whether a probe may show details: to a process of this host, or with the secret. Answers nothing.</summary>
    public bool MaySeeDetails(HttpContext context)
    {
        EdgeConfig config = parts.Config();
        PeerInfo peer = PeerOf(context, config);
        bool fromPage = context.Request.Headers.Origin.Count > 0;
        if (peer.LocalDirect && !fromPage && HostPolicy.Allows(context.Request.Headers.Host, config))
        {
            return true;
        }

        string? presented = Presented(context);
        return presented is not null
            && !peer.ProxyEvidenceUntrusted
            && parts.Authenticator.Check(presented, CredentialKind.SharedSecret, peer.Client, fromPage).Accepted;
    }

    private static PeerInfo PeerOf(HttpContext context, EdgeConfig config)
    {
        IHeaderDictionary headers = context.Request.Headers;
        return PeerAddress.Resolve(
            context.Connection.RemoteIpAddress,
            name => headers.TryGetValue(name, out StringValues value) ? value.ToString() : null,
            config.Gateway.TrustedProxies,
            config.Gateway.AllowRealIpFallback);
    }

    private static string? Presented(HttpContext context)
    {
        string? header = context.Request.Headers.Authorization;
        return header is not null && header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
            ? header[Bearer.Length..].Trim()
            : null;
    }

    // One secret is one caller; without a secret, an address is.
    private static string CallerOf(AuthDecision decision, IPAddress client) =>
        decision.Method == "none" ? client.ToString() : decision.Method;

    private static Task RefuseAsync(HttpContext context, AuthDecision decision)
    {
        if (decision is { Method: "trusted-proxy", Outcome: AuthOutcome.NotConfigured or AuthOutcome.Missing })
        {
            return HttpAnswer.ErrorAsync(
                context,
                StatusCodes.Status401Unauthorized,
                "unauthorized",
                "gateway.auth.mode is trusted-proxy, and this version does not take identities from a proxy yet. "
                    + "Set gateway.auth.mode to token or password; with gateway.auth.password set, that password works as a bearer token.",
                "auth_mode_unsupported");
        }

        if (decision.Outcome != AuthOutcome.RateLimited)
        {
            return HttpAnswer.ErrorAsync(context, StatusCodes.Status401Unauthorized, "unauthorized", "Unauthorized");
        }

        long seconds = Math.Max(1, (long)Math.Ceiling(decision.RetryAfter.TotalSeconds));
        context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        return HttpAnswer.ErrorAsync(
            context,
            StatusCodes.Status429TooManyRequests,
            "rate_limited",
            "Too many failed authentication attempts. Please try again later.");
    }
}
