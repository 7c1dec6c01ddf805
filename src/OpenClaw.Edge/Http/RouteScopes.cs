using Microsoft.AspNetCore.Http;
using OpenClaw.Edge.Security;

namespace OpenClaw.Edge.Http;

/// <summary>What a caller must be allowed for each route. Source: docs/http-api.md, scopes.</summary>
internal static class RouteScopes
{
    /// <summary>Whether the admitted caller may; answers 403 and returns false when it may not.</summary>
    public static ValueTask<bool> AllowAsync(HttpContext context, HttpRoute route)
    {
        HttpCaller caller = HttpCaller.Of(context);
        if (route == HttpRoute.SessionKill)
        {
            // The original's odd one out: only what the header names counts, even for holders of the secret.
            return HttpCaller.HasAsync(context, caller.Named ?? ScopeSet.Empty, OperatorScopes.Admin);
        }

        bool runs = route is HttpRoute.Chat or HttpRoute.Responses or HttpRoute.Embeddings;
        bool elevated = runs && caller.Restricted && context.Request.Headers.ContainsKey("x-openclaw-model");
        OperatorScopes needed = elevated ? OperatorScopes.Admin
            : runs || route == HttpRoute.ToolsInvoke ? OperatorScopes.Write
            : OperatorScopes.Read;
        return HttpCaller.HasAsync(context, caller.Scopes, needed);
    }
}
