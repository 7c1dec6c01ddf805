using System.Globalization;
using Microsoft.AspNetCore.Http;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Http;

/// <summary><c>GET /sessions/&lt;key&gt;/history</c>, whole or followed, and <c>POST /sessions/&lt;key&gt;/kill</c>.
/// Thread-safe.</summary>
internal sealed class SessionsEndpoint(HttpFrontParts parts)
{
    /// <summary>Most bytes of one page.</summary>
    public const int MaxBytes = 6 * 1024 * 1024;

    private const int DefaultLimit = 200;
    private const int MaxLimit = 1000;

    private readonly SessionFollower _follower = new(parts);

    /// <summary>Answers a request for a transcript.</summary>
    public async Task HistoryAsync(HttpContext context)
    {
        if (!TryFind(context, "history", out SessionKey key))
        {
            await UnknownAsync(context);
            return;
        }

        int limit = DefaultLimit;
        long? before = null;
        IQueryCollection query = context.Request.Query;
        if (query.TryGetValue("limit", out var limitText)
            && (!int.TryParse(limitText, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > MaxLimit))
        {
            await JsonRefusal.AnswerAsync(context, 400, "invalid_request", $"limit must be an integer from 1 to {MaxLimit}");
            return;
        }

        if (query.TryGetValue("cursor", out var cursorText))
        {
            if (!long.TryParse(cursorText, NumberStyles.None, CultureInfo.InvariantCulture, out long cursor))
            {
                await JsonRefusal.AnswerAsync(context, 400, "invalid_request", "cursor must be a nextCursor of an answer before");
                return;
            }

            before = cursor;
        }

        if (context.Request.Headers.Accept.ToString().Contains("text/event-stream", StringComparison.OrdinalIgnoreCase))
        {
            await _follower.FollowAsync(context, key, limit);
            return;
        }

        TranscriptPage page = parts.Sessions.ReadPage(key, limit, before, MaxBytes);
        await HttpAnswer.JsonAsync(
            context, 200, (key, page), static (json, state) => SessionHistoryJson.WritePage(json, state.key, state.page));
    }

    /// <summary>Aborts every turn of the session.</summary>
    public async Task KillAsync(HttpContext context)
    {
        if (!TryFind(context, "kill", out SessionKey key))
        {
            await UnknownAsync(context);
            return;
        }

        IReadOnlyList<string> killed = await parts.Runs.AbortAsync(key, null, "rpc");
        await HttpAnswer.JsonAsync(context, 200, killed.Count > 0, static (json, killed) =>
        {
            json.WriteStartObject();
            json.WriteBoolean("ok"u8, true);
            json.WriteBoolean("killed"u8, killed);
            json.WriteEndObject();
        });
    }

    private bool TryFind(HttpContext context, string verb, out SessionKey key)
    {
        key = default;
        return SessionPath.TryRead(context.Request.Path.Value ?? "", verb, out string? text)
            && SessionKey.TryParse(text, parts.Agents().Default.Id, out key)
            && parts.Sessions.Find(key) is not null;
    }

    private static Task UnknownAsync(HttpContext context) => JsonRefusal.AnswerAsync(
        context, 404, "not_found", "Session not found. GET it under a key that sessions.list names, URL-encoded.");
}
