using System.Text.Json;
using Microsoft.AspNetCore.Http;
using OpenClaw.Edge.Diagnostics;

namespace OpenClaw.Edge.Http;

/// <summary>Liveness, readiness and start probes. They need no credential; who is not local or authenticated learns a
/// bare yes or no. Source: docs/http-api.md, probes.</summary>
internal sealed class ProbeEndpoint(HttpFrontParts parts)
{
    // "ok" and "status" are what the original's command line compares, byte for byte.
    private static readonly byte[] Live = """{"ok":true,"status":"live"}"""u8.ToArray();

    public static Task LiveAsync(HttpContext context) =>
        IsRead(context)
            ? HttpAnswer.BytesAsync(context, StatusCodes.Status200OK, HttpAnswer.JsonType, Live)
            : HttpAnswer.MethodNotAllowedAsync(context, "GET, HEAD");

    public Task ReadyAsync(HttpContext context)
    {
        if (!IsRead(context))
        {
            return HttpAnswer.MethodNotAllowedAsync(context, "GET, HEAD");
        }

        IReadOnlyList<string> failing = Failing();
        int status = failing.Count == 0 ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        return HttpAnswer.JsonAsync(context, status, (Failing: failing, UptimeMs: UptimeMs()), static (json, state) =>
        {
            json.WriteStartObject();
            json.WriteBoolean("ready"u8, state.Failing.Count == 0);
            json.WriteString("status"u8, state.Failing.Count == 0 ? "ready"u8 : "not_ready"u8);
            WriteFailing(json, state.Failing);
            json.WriteNumber("uptimeMs"u8, state.UptimeMs);
            json.WriteEndObject();
        });
    }

    public Task StartupAsync(HttpContext context)
    {
        if (!IsRead(context))
        {
            return HttpAnswer.MethodNotAllowedAsync(context, "GET, HEAD");
        }

        Lifecycle lifecycle = parts.Lifecycle;
        int status = lifecycle.Started ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        return HttpAnswer.JsonAsync(context, status, lifecycle, static (json, lifecycle) =>
        {
            json.WriteStartObject();
            json.WriteBoolean("ok"u8, lifecycle.Started);
            json.WriteString("status"u8, lifecycle.Draining ? "draining" : lifecycle.Started ? "started" : "starting");
            json.WriteString("version"u8, EdgeVersion.Compatible);
            json.WriteNumber("uptimeMs"u8, (long)lifecycle.Uptime.TotalMilliseconds);
            if (lifecycle.PendingReason is { } reason)
            {
                json.WriteString("pendingReason"u8, reason);
            }

            json.WriteEndObject();
        });
    }

    /// <summary>What keeps the gateway from taking work, by name; empty when it is ready.</summary>
    public IReadOnlyList<string> Failing()
    {
        List<string> failing = [];
        if (parts.Lifecycle.Draining)
        {
            failing.Add("gateway-draining");
        }
        else if (parts.Lifecycle.PendingReason is { } reason)
        {
            failing.Add(reason);
        }

        failing.AddRange(parts.Health.Active.Where(warnable => warnable.BlocksReady).Select(warnable => warnable.Code));
        return failing;
    }

    private static void WriteFailing(Utf8JsonWriter json, IReadOnlyList<string> failing)
    {
        json.WriteStartArray("failing"u8);
        foreach (string name in failing)
        {
            json.WriteStringValue(name);
        }

        json.WriteEndArray();
    }

    private static bool IsRead(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        return HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method);
    }

    private long UptimeMs() => (long)parts.Lifecycle.Uptime.TotalMilliseconds;
}
