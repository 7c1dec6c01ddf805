using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Http;

/// <summary>Streams a transcript as it grows. What is new is read from the store when a turn says that it stored something, so
/// nothing piles up for a slow caller. Grammar: <c>"retry: 1000" LF LF *( "event: " name LF "data: " json LF LF )</c>.
/// Thread-safe.</summary>
internal sealed class SessionFollower(HttpFrontParts parts)
{
    /// <summary>Most callers that follow at once: each hears every event of every run.</summary>
    public const int MaxFollowers = 64;

    private const int CatchUp = 200;

    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    private int _following;

    /// <summary>Follows until the caller leaves.</summary>
    public async Task FollowAsync(HttpContext context, SessionKey key, int limit)
    {
        try
        {
            if (Interlocked.Increment(ref _following) > MaxFollowers)
            {
                context.Response.Headers.RetryAfter = "5";
                await JsonRefusal.AnswerAsync(
                    context, 503, "unavailable", string.Create(CultureInfo.InvariantCulture, $"{MaxFollowers} callers follow already"));
                return;
            }

            await StreamAsync(context, key, limit);
        }
        finally
        {
            Interlocked.Decrement(ref _following);
        }
    }

    private async Task StreamAsync(HttpContext context, SessionKey key, int limit)
    {
        CancellationToken gone = context.RequestAborted;
        PipeWriter output = context.Response.BodyWriter;
        Channel<bool> signal = Channel.CreateBounded<bool>(
            new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
        using IDisposable listening = parts.Events.Listen(runEvent =>
        {
            if (runEvent is RunEntryStoredEvent or RunEndedEvent && runEvent.Run.SessionKey == key)
            {
                signal.Writer.TryWrite(true);
            }
        });
        await using ITimer timer = parts.Clock.CreateTimer(
            static state => ((Channel<bool>)state!).Writer.TryWrite(true), signal, KeepAlive, KeepAlive);
        bool started = false;
        SseHeaders.Apply(context.Response, ref started);
        output.Put("retry: 1000\n\n"u8);
        long last = History(output, key, limit);
        await output.FlushAsync(gone);
        long lastWrite = parts.Clock.GetTimestamp();
        while (true)
        {
            await signal.Reader.ReadAsync(gone);
            long now = Catch(output, key, limit, last);
            if (now == last && parts.Clock.GetElapsedTime(lastWrite) >= KeepAlive)
            {
                output.Put(": keepalive\n\n"u8);
            }
            else if (now == last)
            {
                continue;
            }

            last = now;
            await output.FlushAsync(gone);
            lastWrite = parts.Clock.GetTimestamp();
        }
    }

    private long History(PipeWriter output, SessionKey key, int limit)
    {
        TranscriptPage page = parts.Sessions.ReadPage(key, limit, null, SessionsEndpoint.MaxBytes);
        Event(output, "history", json => SessionHistoryJson.WritePage(json, key, page));
        return page.Entries.Count > 0 ? page.Entries[^1].Seq : 0;
    }

    private long Catch(PipeWriter output, SessionKey key, int limit, long last)
    {
        TranscriptPage page = parts.Sessions.ReadPage(key, CatchUp, null, SessionsEndpoint.MaxBytes);
        long newest = page.Entries.Count > 0 ? page.Entries[^1].Seq : 0;
        if (newest < last || (newest > last && page.HasMore && page.Entries[0].Seq > last + 1))
        {
            return History(output, key, limit); // a reset, or more than one look shows: the caller starts over
        }

        foreach (TranscriptEntry entry in page.Entries)
        {
            if (entry.Seq > last)
            {
                Event(output, "message", json => SessionHistoryJson.WriteMessage(json, key, entry));
            }
        }

        return newest;
    }

    private static void Event(PipeWriter output, string name, Action<Utf8JsonWriter> write)
    {
        ArrayBufferWriter<byte> body = new(1024);
        using (Utf8JsonWriter json = new(body, WireJson.Relaxed))
        {
            write(json);
        }

        output.Put(Encoding.UTF8.GetBytes($"event: {name}\ndata: "));
        output.Put(body.WrittenSpan);
        output.Put("\n\n"u8);
    }
}
