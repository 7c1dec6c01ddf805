using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace OpenClaw.Edge.Http;

/// <summary>Headers that every answer of this port carries, page or API. There is no CORS header among them, on purpose:
/// pages of other origins get nothing. Source: docs/http-api.md, conventions.</summary>
internal static class CommonHeaders
{
    private static readonly StringValues NoSniff = "nosniff";
    private static readonly StringValues NoReferrer = "no-referrer";
    private static readonly StringValues Permissions = "camera=(), microphone=(self), geolocation=()";

    public static void Apply(IHeaderDictionary headers)
    {
        headers.XContentTypeOptions = NoSniff;
        headers["Referrer-Policy"] = NoReferrer;
        headers["Permissions-Policy"] = Permissions;
    }
}
