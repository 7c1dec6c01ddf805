using Microsoft.AspNetCore.Http;
using OpenClaw.Edge.Security;

namespace OpenClaw.Edge.Http;

/// <summary>Who asks, as <see cref="AuthGate"/> found it. Source: docs/http-api.md, scopes.</summary>
/// <param name="Subject">What stands for the caller: <c>token</c>, <c>password</c>, a proxy's user, or an address.</param>
/// <param name="Scopes">What the caller may do.</param>
/// <param name="Named">Scopes that the request itself named; null when it named none.</param>
/// <param name="Restricted">Whether those named are all that it has: the shared secret always has everything.</param>
internal sealed record HttpCaller(string Subject, ScopeSet Scopes, ScopeSet? Named, bool Restricted)
{
    private static readonly HttpCaller Nobody = new("", ScopeSet.Empty, null, Restricted: true);

    /// <summary>The caller of an admitted request; of any other one that may do nothing.</summary>
    public static HttpCaller Of(HttpContext context) => context.Features.Get<HttpCaller>() ?? Nobody;

    /// <summary>Notes who asks.</summary>
    /// <param name="context">The admitted request.</param>
    /// <param name="method">How it was let in: <c>token</c>, <c>password</c>, <c>none</c> or <c>trusted-proxy</c>.</param>
    /// <param name="subject">See <see cref="Subject"/>.</param>
    public static void Note(HttpContext context, string method, string subject)
    {
        string? header = context.Request.Headers["x-openclaw-scopes"];
        ScopeSet? named = header is null ? null : ScopeSet.OfList(header);
        bool identity = method is "none" or "trusted-proxy";
        context.Features.Set(new HttpCaller(
            subject,
            identity && named is not null ? named : ScopeSet.FullOperator,
            named,
            identity && named is not null));
    }

    /// <summary>Notes a device that showed its own token.</summary>
    public static void NoteDevice(HttpContext context, ScopeSet scopes) =>
        context.Features.Set(new HttpCaller("device-token", scopes, null, Restricted: true));

    /// <summary>Whether the scope is there; answers 403 and returns false when it is not.</summary>
    public static async ValueTask<bool> HasAsync(HttpContext context, ScopeSet scopes, OperatorScopes needed)
    {
        if (scopes.Allows(needed))
        {
            return true;
        }

        string name = ScopeSet.NameOf(needed);
        await HttpAnswer.JsonAsync(context, StatusCodes.Status403Forbidden, name, static (json, name) =>
        {
            json.WriteStartObject();
            json.WriteBoolean("ok"u8, false);
            json.WriteStartObject("error"u8);
            json.WriteString("type"u8, "forbidden"u8);
            json.WriteString("message"u8, $"missing scope: {name}");
            json.WriteStartObject("details"u8);
            json.WriteString("code"u8, "MISSING_SCOPE"u8);
            json.WriteString("missingScope"u8, name);
            json.WriteStartArray("requiredScopes"u8);
            json.WriteStringValue(name);
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
        });
        return false;
    }
}
