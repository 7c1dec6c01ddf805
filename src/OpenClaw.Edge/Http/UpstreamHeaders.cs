using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;

namespace OpenClaw.Edge.Http;

/// <summary>Which headers of a model server's answer its caller gets. All others stop here: hop-by-hop ones, cookies,
/// CORS, server names.</summary>
internal static class UpstreamHeaders
{
    private const string EventStream = "text/event-stream";

    /// <summary>Copies status, type, length, <c>Retry-After</c> and the request and rate headers that clients read.</summary>
    public static void Copy(HttpResponseMessage from, HttpResponse to)
    {
        to.StatusCode = (int)from.StatusCode;
        CopyWaits(from, to);
        HttpContentHeaders content = from.Content.Headers;
        if (content.NonValidated.TryGetValues("Content-Type", out HeaderStringValues type))
        {
            string text = type.ToString();
            to.ContentType = text;
            if (text.StartsWith(EventStream, StringComparison.OrdinalIgnoreCase))
            {
                to.Headers.CacheControl = "no-cache";
                to.Headers["X-Accel-Buffering"] = "no"; // nginx holds back events otherwise
            }
        }

        if (content.NonValidated.TryGetValues("Content-Encoding", out HeaderStringValues encoding))
        {
            to.Headers.ContentEncoding = encoding.ToString();
        }

        to.ContentLength = content.ContentLength;
    }

    /// <summary>Copies <c>Retry-After</c>, <c>x-request-id</c> and <c>x-ratelimit-*</c>.</summary>
    public static void CopyWaits(HttpResponseMessage from, HttpResponse to)
    {
        foreach (KeyValuePair<string, HeaderStringValues> header in from.Headers.NonValidated)
        {
            if (header.Key.Equals("Retry-After", StringComparison.OrdinalIgnoreCase)
                || header.Key.Equals("x-request-id", StringComparison.OrdinalIgnoreCase)
                || header.Key.StartsWith("x-ratelimit-", StringComparison.OrdinalIgnoreCase))
            {
                to.Headers[header.Key] = header.Value.ToString();
            }
        }
    }
}
