using Microsoft.AspNetCore.Http;

namespace OpenClaw.Edge.Http;

/// <summary>Headers of an event stream.</summary>
internal static class SseHeaders
{
    /// <summary>Sets them once; they leave with the first flush.</summary>
    public static void Apply(HttpResponse response, ref bool started)
    {
        if (started)
        {
            return;
        }

        started = true;
        response.ContentType = "text/event-stream; charset=utf-8";
        response.Headers.CacheControl = "no-cache";
        response.Headers.Connection = "keep-alive";
        response.Headers["X-Accel-Buffering"] = "no"; // nginx holds back events otherwise
    }
}
