using System.Data.Common;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using OpenClaw.Edge.Diagnostics;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Storage;

namespace OpenClaw.Edge.Http;

/// <summary>Liveness, readiness and start probes. They need no credential; who is neither local nor authenticated learns
/// a bare yes or no. Source: docs/http-api.md, probes.</summary>
internal sealed class ProbeEndpoint(HttpFrontParts parts, AuthGate gate)
{
    // "ok" and "status" are what the original's command line compares, byte for byte.
    private static readonly byte[] Live = """{"ok":true,"status":"live"}"""u8.ToArray();

    /// <summary>Answers the probe that the path names.</summary>
    public Task AnswerAsync(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        string method = context.Request.Method;
        if (!HttpMethods.IsGet(method) && !HttpMethods.IsHead(method))
        {
            return HttpAnswer.MethodNotAllowedAsync(context, "GET, HEAD");
        }

        return context.Request.Path.Value switch
        {
            "/ready" or "/readyz" => ReadyAsync(context),
            "/startup" or "/startupz" => StartupAsync(context),
            _ => HttpAnswer.BytesAsync(context, StatusCodes.Status200OK, HttpAnswer.JsonType, Live),
        };
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

        if (!DatabaseOpen())
        {
            failing.Add("state-database");
        }

        if (parts.Config().Probes.ModelsBlockReady && !parts.Models.AnyReachable)
        {
            failing.Add("models");
        }

        failing.AddRange(parts.Health.Active.Where(warnable => warnable.BlocksReady).Select(warnable => warnable.Code).Except(failing));
        return failing;
    }

    private bool DatabaseOpen()
    {
        try
        {
            return parts.DatabaseOpen();
        }
        catch (Exception exception) when (exception is StorageException or DbException or ObjectDisposedException)
        {
            return false;
        }
    }

    private Task ReadyAsync(HttpContext context)
    {
        IReadOnlyList<string> failing = Failing();
        bool ready = failing.Count == 0;
        int status = ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        ReadyState? details = gate.MaySeeDetails(context)
            ? new ReadyState(failing, (long)parts.Lifecycle.Uptime.TotalMilliseconds, parts.Health.Active)
            : null;
        return HttpAnswer.JsonAsync(context, status, (ready, details), static (json, state) =>
        {
            json.WriteStartObject();
            json.WriteBoolean("ready"u8, state.ready);
            json.WriteString("status"u8, state.ready ? "ready"u8 : "not_ready"u8);
            if (state.details is { } details)
            {
                WriteDetails(json, details);
            }

            json.WriteEndObject();
        });
    }

    private Task StartupAsync(HttpContext context)
    {
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

    private static void WriteDetails(Utf8JsonWriter json, ReadyState details)
    {
        json.WriteTexts("failing"u8, details.Failing);
        json.WriteNumber("uptimeMs"u8, details.UptimeMs);
        json.WriteStartArray("warnings"u8);
        foreach (Warnable warnable in details.Warnings)
        {
            json.WriteStartObject();
            json.WriteString("code"u8, warnable.Code);
            json.WriteString("message"u8, warnable.Message);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private sealed record ReadyState(IReadOnlyList<string> Failing, long UptimeMs, IReadOnlyList<Warnable> Warnings);
}
