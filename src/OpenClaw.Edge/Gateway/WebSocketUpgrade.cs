using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using OpenClaw.Edge.Protocol.Gateway;

namespace OpenClaw.Edge.Gateway;

/// <summary>Turns an HTTP/1.1 request into a WebSocket. No subprotocol and no compression is ever agreed on.
/// Source: RFC 6455, 4.2.</summary>
internal static class WebSocketUpgrade
{
    /// <summary>Whether the request is a well-formed WebSocket upgrade.</summary>
    public static bool IsValid(HttpContext context)
    {
        HttpRequest request = context.Request;
        return HttpMethods.IsGet(request.Method)
            && string.Equals(request.Headers.Upgrade.ToString().Trim(), "websocket", StringComparison.OrdinalIgnoreCase)
            && request.Headers.SecWebSocketVersion.ToString().Trim() == "13"
            && IsKey(request.Headers.SecWebSocketKey.ToString().Trim())
            && context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true };
    }

    /// <summary>Answers 101 and hands out the raw connection. Call only when <see cref="IsValid"/>.</summary>
    public static Task<Stream> AcceptAsync(HttpContext context)
    {
        string key = context.Request.Headers.SecWebSocketKey.ToString().Trim();
        context.Response.Headers.Upgrade = "websocket";
        context.Response.Headers.Connection = "Upgrade";
        context.Response.Headers.SecWebSocketAccept = WebSocketAccept.Of(key);
        return context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
    }

    /// <summary>Where an upgraded connection's bytes go: the pipe of its transport (under it the socket, or TLS), past the
    /// layers that count a response's bytes and copy them.</summary>
    public static PipeWriter OutputOf(HttpContext context, Stream upgraded) =>
        context.Features.Get<IConnectionTransportFeature>()?.Transport.Output
        ?? PipeWriter.Create(upgraded, new StreamPipeWriterOptions(leaveOpen: true));

    private static bool IsKey(string key)
    {
        Span<byte> nonce = stackalloc byte[16];
        return key.Length == 24 && Convert.TryFromBase64String(key, nonce, out int written) && written == 16;
    }
}
