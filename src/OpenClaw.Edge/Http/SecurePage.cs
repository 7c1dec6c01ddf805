using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace OpenClaw.Edge.Http;

/// <summary>Sends browsers on the LAN from plain HTTP to TLS on the same port, because a page needs it for its device key, and hands out the
/// local authority's certificate. Thread-safe. Source: docs/security.md, TLS.</summary>
internal sealed class SecurePage(HttpFrontParts parts)
{
    /// <summary>Where the authority's certificate is.</summary>
    public const string AuthorityPath = "/openclaw-ca.crt";

    /// <summary>Whether this is a person's browser on another machine, that could have had TLS: a page in the clear from elsewhere,
    /// straight from its own address.</summary>
    public bool SendsAway(HttpContext context) =>
        context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase) && CouldBeSecure(context);

    /// <summary>Whether a request came in the clear from another machine, straight from its own address, that could have had TLS.</summary>
    public bool CouldBeSecure(HttpContext context)
    {
        HttpRequest request = context.Request;
        return !request.IsHttps && parts.Tls.Answers && IsFromElsewhere(context) && !IsForwarded(request.Headers)
            && parts.Tls.Fingerprint() is not null; // without OpenSSL there is nowhere to go
    }

    /// <summary>Names the same place with https. Temporary: the next installation on this address may have no TLS.</summary>
    public static Task RedirectAsync(HttpContext context)
    {
        HttpRequest request = context.Request;
        context.Response.Headers.Location = $"https://{request.Host.Value}{request.Path.ToUriComponent()}{request.QueryString.ToUriComponent()}";
        return HttpAnswer.TextAsync(context, StatusCodes.Status307TemporaryRedirect, "Use https on the same port");
    }

    /// <summary>Answers with the certificate as PEM, or 404.</summary>
    public Task AuthorityAsync(HttpContext context)
    {
        if (parts.Tls.AuthorityPem() is not { } pem)
        {
            return HttpAnswer.NotFoundAsync(context);
        }

        context.Response.Headers.ContentDisposition = "attachment; filename=\"openclaw-ca.crt\"";
        return HttpAnswer.BytesAsync(context, StatusCodes.Status200OK, "application/x-x509-ca-cert", Encoding.ASCII.GetBytes(pem + "\n"));
    }

    private static bool IsFromElsewhere(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } peer && !IPAddress.IsLoopback(peer.IsIPv4MappedToIPv6 ? peer.MapToIPv4() : peer);

    private static bool IsForwarded(IHeaderDictionary headers) =>
        headers.ContainsKey("Forwarded") || headers.ContainsKey("X-Forwarded-For") || headers.ContainsKey("X-Forwarded-Proto");
}
