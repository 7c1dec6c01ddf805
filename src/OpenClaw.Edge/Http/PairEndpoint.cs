using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using OpenClaw.Edge.Security;

namespace OpenClaw.Edge.Http;

/// <summary><c>POST /pair</c>: what the landing page asks. A right code is traded for a one-time token, with which the browser introduces its
/// own key over the WebSocket. Only the gateway's own page may ask, and not from this machine, where no code is needed. Thread-safe.
/// Source: docs/http-api.md, pairing.</summary>
internal sealed partial class PairEndpoint(HttpFrontParts parts, AuthGate gate, SecurePage secure)
{
    private const int MaxBodyBytes = 256; // the longest right body has 17

    private readonly ILogger _logger = parts.Logs.CreateLogger("OpenClaw.Edge.Http");

    /// <summary>Answers.</summary>
    public async Task AnswerAsync(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        if (await gate.OwnPageAsync(context) is not { } peer)
        {
            return;
        }

        if (peer.LocalDirect || !parts.Browsers.IsOn)
        {
            await HttpAnswer.NotFoundAsync(context);
            return;
        }

        if (secure.CouldBeSecure(context))
        {
            await HttpAnswer.ErrorAsync(context, StatusCodes.Status403Forbidden, "forbidden", "Pair over https, on the same port.");
            return;
        }

        if (await ReadAsync(context) is not { } asked)
        {
            await HttpAnswer.BadRequestAsync(context, """Send JSON: {"code":"123456"}, or {"show":true} to have one shown at the gateway.""");
            return;
        }

        await (asked.Code is { } code ? RedeemAsync(context, code, peer) : ShowAsync(context));
    }

    private Task ShowAsync(HttpContext context)
    {
        bool open = parts.Browsers.Show();
        return HttpAnswer.JsonAsync(context, StatusCodes.Status200OK, open, static (json, open) =>
        {
            json.WriteStartObject();
            json.WriteBoolean("shown"u8, open);
            json.WriteEndObject();
        });
    }

    private async Task RedeemAsync(HttpContext context, string code, PeerInfo peer)
    {
        (BrowserCodeOutcome outcome, string? token) = await parts.Browsers.RedeemAsync(code, peer.Client, context.RequestAborted);
        if (outcome == BrowserCodeOutcome.Locked)
        {
            context.Response.Headers.RetryAfter = ((int)BrowserCode.Lifetime.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            await HttpAnswer.ErrorAsync(
                context, StatusCodes.Status429TooManyRequests, "rate_limited", "Too many wrong codes from this address. Run 'openclaw pair' at the gateway for a new one.");
            return;
        }

        if (outcome == BrowserCodeOutcome.Wrong)
        {
            Log.Wrong(_logger, peer.Client);
            await HttpAnswer.ErrorAsync(context, StatusCodes.Status403Forbidden, "forbidden", "That code is wrong, or does not hold any more.", "pairing_code_wrong");
            return;
        }

        if (token is null)
        {
            await HttpAnswer.ErrorAsync(context, StatusCodes.Status503ServiceUnavailable, "api_error", "Too many invitations are open; try again in ten minutes.");
            return;
        }

        Log.Right(_logger, peer.Client);
        await HttpAnswer.JsonAsync(context, StatusCodes.Status200OK, token, static (json, token) =>
        {
            json.WriteStartObject();
            json.WriteString("bootstrapToken"u8, token);
            json.WriteEndObject();
        });
    }

    // Null for anything but one small object with one of the two members.
    private static async Task<(string? Code, bool Show)?> ReadAsync(HttpContext context)
    {
        if (context.Request.ContentType?.StartsWith("application/json", StringComparison.OrdinalIgnoreCase) != true)
        {
            return null; // also what keeps another origin's form from being sent without a question
        }

        byte[] body = new byte[MaxBodyBytes + 1];
        int length = await context.Request.Body.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, context.RequestAborted);
        if (length > MaxBodyBytes)
        {
            return null;
        }

        try
        {
            var json = new Utf8JsonReader(body.AsSpan(0, length));
            JsonElement asked = JsonElement.ParseValue(ref json);
            return asked.ValueKind != JsonValueKind.Object ? null
                : asked.TryGetProperty("code"u8, out JsonElement code) && code.ValueKind == JsonValueKind.String ? (code.GetString(), false)
                : asked.TryGetProperty("show"u8, out JsonElement show) && show.ValueKind == JsonValueKind.True ? (null, true)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2240, LogLevel.Warning, "A wrong pairing code came from {Peer}.")]
        public static partial void Wrong(ILogger logger, System.Net.IPAddress peer);

        [LoggerMessage(2241, LogLevel.Information, "The pairing code was typed at {Peer}: that browser may pair now.")]
        public static partial void Right(ILogger logger, System.Net.IPAddress peer);
    }
}
