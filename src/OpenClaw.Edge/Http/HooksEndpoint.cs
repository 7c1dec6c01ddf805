using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using OpenClaw.Edge.Automation;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Security;

namespace OpenClaw.Edge.Http;

/// <summary>Webhooks below <c>hooks.path</c>: notes, turns, and what the configuration's mappings make of anything else. They have a token
/// of their own, in a header only. Thread-safe. Source: docs/http-api.md, webhooks.</summary>
internal sealed class HooksEndpoint(HttpFrontParts parts)
{
    private const int MaxBodyBytes = 256 * 1024;
    private const int LongestBodySeconds = 30;
    private const string Bearer = "Bearer ";

    private static readonly AuthRateLimitConfig s_limits = new() { MaxAttempts = 20, WindowMs = 60_000, LockoutMs = 60_000 };

    private readonly AuthRateLimiter _failures = new(parts.Clock);

    /// <summary>Whether a path is theirs; never when webhooks are off.</summary>
    public bool Has(string path)
    {
        HooksConfig hooks = parts.Config().Hooks;
        return hooks.Enabled
            && !string.IsNullOrWhiteSpace(hooks.Token)
            && BaseOf(hooks) is { Length: > 1 } start
            && path.StartsWith(start, StringComparison.Ordinal)
            && (path.Length == start.Length || path[start.Length] == '/');
    }

    /// <summary>Answers a request below the base path.</summary>
    public async Task AnswerAsync(HttpContext context)
    {
        HooksConfig hooks = parts.Config().Hooks;
        if (context.Request.Query.ContainsKey("token"))
        {
            await HttpAnswer.TextAsync(
                context, StatusCodes.Status400BadRequest,
                "Hook token must be provided via Authorization: Bearer <token> or X-OpenClaw-Token header (query parameters are not allowed).");
            return;
        }

        if (!HttpMethods.IsPost(context.Request.Method))
        {
            await HttpAnswer.MethodNotAllowedAsync(context, "POST");
            return;
        }

        if (!await AdmitAsync(context, hooks))
        {
            return;
        }

        string path = (context.Request.Path.Value ?? "")[BaseOf(hooks).Length..].Trim('/');
        if (path.Length == 0)
        {
            await HttpAnswer.TextAsync(context, StatusCodes.Status404NotFound, "Not Found");
            return;
        }

        try
        {
            using JsonDocument? body = await ReadAsync(context);
            if (body is not null)
            {
                JsonElement payload = body.RootElement.ValueKind == JsonValueKind.Object ? body.RootElement : default;
                await ObeyAsync(context, hooks, path, payload.ValueKind == JsonValueKind.Object ? payload : Empty());
            }
        }
        catch (HookRefusedException refused)
        {
            await RefuseAsync(context, refused.Status, refused.Message);
        }
    }

    private async ValueTask<bool> AdmitAsync(HttpContext context, HooksConfig hooks)
    {
        IPAddress peer = PeerAddress.Resolve(
            context.Connection.RemoteIpAddress,
            name => context.Request.Headers.TryGetValue(name, out Microsoft.Extensions.Primitives.StringValues value) ? value.ToString() : null,
            parts.Config().Gateway.TrustedProxies,
            parts.Config().Gateway.AllowRealIpFallback).Client;
        if (FixedTimeSecret.AreEqual(Presented(context), hooks.Token!))
        {
            _failures.Succeed(CredentialKind.SharedSecret, peer);
            return true;
        }

        TimeSpan locked = _failures.LockedFor(CredentialKind.SharedSecret, peer, exempt: false);
        if (locked > TimeSpan.Zero)
        {
            context.Response.Headers.RetryAfter =
                Math.Max(1, (long)Math.Ceiling(locked.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
            await HttpAnswer.TextAsync(context, StatusCodes.Status429TooManyRequests, "Too Many Requests");
            return false;
        }

        _failures.Fail(CredentialKind.SharedSecret, peer, exempt: false, s_limits);
        await HttpAnswer.TextAsync(context, StatusCodes.Status401Unauthorized, "Unauthorized");
        return false;
    }

    private static string Presented(HttpContext context)
    {
        string header = context.Request.Headers.Authorization.ToString();
        string bearer = header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? header[Bearer.Length..].Trim() : "";
        return bearer.Length > 0 ? bearer : context.Request.Headers["x-openclaw-token"].ToString().Trim();
    }

    private async ValueTask<JsonDocument?> ReadAsync(HttpContext context)
    {
        using CancellationTokenSource late = new(TimeSpan.FromSeconds(LongestBodySeconds), parts.Clock);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, context.RequestAborted);
        try
        {
            using RequestBody? body = await RequestBody.TryReadAsync(context, MaxBodyBytes, either.Token);
            if (body is null)
            {
                await RefuseAsync(context, StatusCodes.Status413PayloadTooLarge, "payload too large");
                return null;
            }

            return JsonDocument.Parse(body.Memory.Length == 0 ? "{}"u8.ToArray() : body.Memory.ToArray());
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested)
        {
            await RefuseAsync(context, StatusCodes.Status408RequestTimeout, "request body timeout");
            return null;
        }
        catch (JsonException broken)
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, $"the body is not valid JSON: {broken.Message}");
            return null;
        }
    }

    private async Task ObeyAsync(HttpContext context, HooksConfig hooks, string path, JsonElement payload)
    {
        HookCall call = new(
            path, payload,
            name => context.Request.Headers.TryGetValue(name, out Microsoft.Extensions.Primitives.StringValues value) ? value.ToString() : null,
            name => context.Request.Query.TryGetValue(name, out Microsoft.Extensions.Primitives.StringValues value) ? value.ToString() : null);
        if (path == "wake")
        {
            await NoteAsync(context, HookRequests.Wake(payload));
            return;
        }

        if (path == "agent")
        {
            bool waits = HookRequests.Waits(payload);
            HookRun run = await parts.Hooks.StartAsync(HookRequests.Agent(payload), path, HookRequests.IdempotencyKey(call), context.RequestAborted);
            HookCompletion? end = waits ? await run.Completion.WaitAsync(context.RequestAborted) : null;
            await HttpAnswer.JsonAsync(context, StatusCodes.Status200OK, (run.RunId, end), static (json, state) => WriteRun(json, state.RunId, state.end));
            return;
        }

        IReadOnlyList<HookAction>? actions = HookMappings.Apply(hooks, call, parts.Clock.GetUtcNow());
        if (actions is null)
        {
            await HttpAnswer.TextAsync(context, StatusCodes.Status404NotFound, "Not Found");
        }
        else if (actions.Count == 0)
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        }
        else if (actions is [{ IsAgent: false } note])
        {
            await NoteAsync(context, note);
        }
        else
        {
            await StartAllAsync(context, call, actions);
        }
    }

    private Task NoteAsync(HttpContext context, HookAction note)
    {
        bool added = parts.Hooks.Note(note);
        return HttpAnswer.JsonAsync(context, StatusCodes.Status200OK, (note.Now, added), static (json, state) =>
        {
            json.WriteStartObject();
            json.WriteBoolean("ok"u8, true);
            json.WriteString("mode"u8, state.Now ? "now" : "next-heartbeat");
            json.WriteString("eventOutcome"u8, state.added ? "queued" : "coalesced");
            json.WriteEndObject();
        });
    }

    // A list of items makes a turn each; one that is refused does not take the others with it.
    private async Task StartAllAsync(HttpContext context, HookCall call, IReadOnlyList<HookAction> actions)
    {
        List<string> started = [];
        List<HookRefusedException> refused = [];
        foreach ((int index, HookAction action) in actions.Index())
        {
            try
            {
                if (!action.IsAgent)
                {
                    parts.Hooks.Note(action);
                    continue;
                }

                // Items of one webhook that are alike are still as many turns as there are items.
                string? key = HookRequests.IdempotencyKey(call) ?? (actions.Count > 1 ? "items" : null);
                HookRun run = await parts.Hooks.StartAsync(action, call.Path, key is null || actions.Count == 1 ? key : $"{key} {index}", context.RequestAborted);
                started.Add(run.RunId);
            }
            catch (HookRefusedException one)
            {
                refused.Add(one);
            }
        }

        if (refused.Count > 0 && started.Count == 0)
        {
            throw refused[0];
        }

        await HttpAnswer.JsonAsync(
            context, refused.Count == 0 ? StatusCodes.Status200OK : refused[0].Status, (started, refused), static (json, state) => WriteBatch(json, state.started, state.refused));
    }

    private static void WriteBatch(Utf8JsonWriter json, List<string> started, List<HookRefusedException> refused)
    {
        if (refused.Count == 0 && started.Count < 2)
        {
            WriteRun(json, started.Count > 0 ? started[0] : null, null);
            return;
        }

        json.WriteStartObject();
        json.WriteBoolean("ok"u8, refused.Count == 0);
        if (refused.Count > 0)
        {
            json.WriteString("error"u8, "hook fan-out is incomplete");
            json.WriteStartArray("errors"u8);
            refused.Take(5).ToList().ForEach(one => json.WriteStringValue(one.Message));
            json.WriteEndArray();
        }
        else
        {
            json.WriteString("runId"u8, started[0]);
        }

        json.WriteStartArray("runIds"u8);
        started.ForEach(json.WriteStringValue);
        json.WriteEndArray();
        json.WriteNumber("dispatched"u8, started.Count);
        json.WriteEndObject();
    }

    private static void WriteRun(Utf8JsonWriter json, string? runId, HookCompletion? end)
    {
        json.WriteStartObject();
        json.WriteBoolean("ok"u8, true);
        if (runId is not null)
        {
            json.WriteString("runId"u8, runId);
        }

        if (end is not null)
        {
            json.WriteStartObject("completion"u8);
            json.WriteString("status"u8, end.Status);
            json.WriteString("replyDisposition"u8, end.Reply);
            if (end.Status == "ok")
            {
                json.WriteBoolean("delivered"u8, false);
                json.WriteBoolean("deliveryAttempted"u8, false);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static Task RefuseAsync(HttpContext context, int status, string message) =>
        HttpAnswer.JsonAsync(context, status, message, static (json, text) =>
        {
            json.WriteStartObject();
            json.WriteBoolean("ok"u8, false);
            json.WriteString("error"u8, text);
            json.WriteEndObject();
        });

    private static string BaseOf(HooksConfig hooks) => "/" + hooks.Path.Trim('/');

    private static JsonElement Empty()
    {
        using JsonDocument empty = JsonDocument.Parse("{}");
        return empty.RootElement.Clone();
    }
}
