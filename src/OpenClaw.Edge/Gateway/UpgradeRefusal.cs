using System.Globalization;
using Microsoft.AspNetCore.Http;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Security;

namespace OpenClaw.Edge.Gateway;

/// <summary>Upgrades that are refused as plain HTTP, before there is a WebSocket. Source: docs/protocol.md, upgrade.</summary>
internal static class UpgradeRefusal
{
    /// <summary>Answers a request that may not be upgraded; true when it did.</summary>
    public static async Task<bool> RefuseAsync(HttpContext context, PeerInfo peer, EdgeConfig config, bool stopping)
    {
        if (!WebSocketUpgrade.IsValid(context))
        {
            context.Response.Headers.SecWebSocketVersion = "13";
            await AnswerAsync(context, 400, "bad_request", "Not a WebSocket upgrade: GET with Upgrade: websocket and Sec-WebSocket-Version: 13 is needed.");
            return true;
        }

        if (peer.ProxyEvidenceUntrusted)
        {
            await AnswerAsync(
                context,
                403,
                "proxy_attribution_required",
                "Proxy client attribution is required. Configure gateway.trustedProxies narrowly and make the proxy overwrite or safely rebuild forwarded client headers.");
            return true;
        }

        if (!HostPolicy.Allows(context.Request.Host.Value, config))
        {
            await AnswerAsync(context, 403, "host_not_allowed", HostPolicy.Refusal);
            return true;
        }

        if (stopping)
        {
            context.Response.Headers.RetryAfter = "2";
            await AnswerAsync(context, 503, "unavailable", "The gateway is stopping.");
            return true;
        }

        return false;
    }

    /// <summary>Answers an address that has too many sockets without hello.</summary>
    public static Task TooManyAsync(HttpContext context)
    {
        context.Response.Headers.RetryAfter = "15"; // the handshake deadline frees the places
        return AnswerAsync(context, 503, "unavailable", "Too many unauthenticated connections from this address.");
    }

    /// <summary>Answers an address that is locked out for wrong credentials, whatever it would show now.</summary>
    public static Task LockedOutAsync(HttpContext context, TimeSpan left)
    {
        context.Response.Headers.RetryAfter = Math.Ceiling(left.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return AnswerAsync(context, 429, "rate_limited", "Too many failed authentication attempts. Please try again later.");
    }

    private static Task AnswerAsync(HttpContext context, int status, string type, string message)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.Headers.Connection = "close";
        byte[] body = Protocol.Gateway.FrameWriter.Value(json =>
        {
            json.WriteStartObject();
            json.WriteStartObject("error"u8);
            json.WriteString("message"u8, message);
            json.WriteString("type"u8, type);
            json.WriteEndObject();
            json.WriteEndObject();
        });
        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }
}
