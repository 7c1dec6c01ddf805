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

    /// <summary>Lets a request with the gateway's secret, or of a user for whom a trusted proxy vouches, through and counts
    /// it, or answers it and returns false.</summary>
    /// <param name="context">The request.</param>
    /// <param name="deviceTokens">Whether the token of a paired operator device is a credential too: only for what the web
    /// page reads.</param>
    public async ValueTask<bool> AdmitAsync(HttpContext context, bool deviceTokens)
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

        string? presented = Presented(context);
        if (deviceTokens
            && presented is not null
            && !parts.Authenticator.IsSecret(presented, null)
            && parts.DeviceScopes(presented) is { } scopes)
        {
            HttpCaller.NoteDevice(context, scopes);
            return await _limiter.AdmitAsync(context, config.Gateway.RateLimit, "device-token");
        }

        bool proxied = parts.Authenticator.Mode == "trusted-proxy";
        if (proxied && UserOf(context, config) is { } user)
        {
            HttpCaller.Note(context, "trusted-proxy", user);
            return await _limiter.AdmitAsync(context, config.Gateway.RateLimit, user);
        }

        if (proxied && !peer.LocalDirect)
        {
            await RefuseStrangerAsync(context);
            return false;
        }

        AuthDecision decision = await parts.Authenticator.CheckAsync(
            presented, null, CredentialKind.SharedSecret, peer.Client, fromPage, context.RequestAborted);
        if (!decision.Accepted)
        {
            await (proxied && decision.Outcome != AuthOutcome.RateLimited
                ? RefuseStrangerAsync(context)
                : RefuseAsync(context, decision));
            return false;
        }

        string caller = CallerOf(decision, peer.Client);
        HttpCaller.Note(context, proxied ? "password" : decision.Method, caller);
        return await _limiter.AdmitAsync(context, config.Gateway.RateLimit, caller);
    }

    /// <summary>Lets a request through that can only come from a page of this gateway itself, and says who its reader is; answers any other
    /// and returns null. Asks for no credential.</summary>
    public async ValueTask<PeerInfo?> OwnPageAsync(HttpContext context)
    {
        EdgeConfig config = parts.Config();
        PeerInfo peer = PeerOf(context, config);
        string? refusal = peer.ProxyEvidenceUntrusted ? "Proxy client attribution is required. Add the proxy's address to gateway.trustedProxies."
            : OriginPolicy.Allows(context.Request.Headers.Origin, context.Request.Headers.Host, peer, config) ? null
            : "Origin not allowed. Open the gateway's own page.";
        if (refusal is null)
        {
            return peer;
        }

        await HttpAnswer.ErrorAsync(context, StatusCodes.Status403Forbidden, "forbidden", refusal);
        return null;
    }

    /// <summary>Whether the reader of a page is somewhere else than on this machine.</summary>
    public bool IsFromElsewhere(HttpContext context) => PeerOf(context, parts.Config()) is { LocalDirect: false, ProxyEvidenceUntrusted: false };

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

    private static string? UserOf(HttpContext context, EdgeConfig config) =>
        TrustedProxyIdentity.Find(
            context.Connection.RemoteIpAddress,
            name => context.Request.Headers.TryGetValue(name, out StringValues value) ? value.ToString() : null,
            config.Gateway);

    private static Task RefuseStrangerAsync(HttpContext context) =>
        HttpAnswer.ErrorAsync(
            context,
            StatusCodes.Status401Unauthorized,
            "unauthorized",
            "Unauthorized: gateway.auth.mode is trusted-proxy and no proxy in gateway.trustedProxies vouches for an allowed user "
                + "(gateway.auth.trustedProxy.userHeader). On this host gateway.auth.password works as a bearer token.",
            "trusted_proxy_identity_required");

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
