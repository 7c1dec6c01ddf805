using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace OpenClaw.Edge.Tools;

/// <summary>The way to one MCP server: whole JSON-RPC messages go out and come in. Closed once, for one reason.</summary>
internal abstract class McpWire : IAsyncDisposable
{
    /// <summary>Most bytes of one message.</summary>
    public const int MaxMessageBytes = 8 * 1024 * 1024; // guess: an image of 4 MiB in base64, with room

    private const int MaxDepth = 64;

    private readonly TaskCompletionSource<McpException> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private McpException? _reason;

    /// <summary>Where messages go; set once, before <see cref="OpenAsync"/>. Called by one thread at a time, must not block.</summary>
    public Action<JsonElement> Received { get; set; } = static _ => { };

    /// <summary>Told when a message was too long to take: its id, when that could be found. Set as <see cref="Received"/>.</summary>
    public Action<long?> Dropped { get; set; } = static _ => { };

    /// <summary>Completes with the reason when nothing goes this way any more.</summary>
    public Task<McpException> Closed => _closed.Task;

    /// <summary>Why it is closed; null while it is open.</summary>
    public McpException? Reason => Volatile.Read(ref _reason);

    /// <summary>Version that was agreed on; some ways send it along.</summary>
    public string? ProtocolVersion { get; set; }

    /// <summary>Opens the way. Throws <see cref="McpException"/>.</summary>
    public abstract Task OpenAsync(CancellationToken cancellationToken);

    /// <summary>Sends a message. Throws <see cref="McpException"/>. A way that carries the answer back on the same exchange returns
    /// after the answer of <paramref name="id"/> was received.</summary>
    public abstract Task SendAsync(ReadOnlyMemory<byte> message, long? id, CancellationToken cancellationToken);

    /// <summary>Starts to listen for what the server says unasked, where that is not heard anyway.</summary>
    public virtual void Listen()
    {
    }

    /// <inheritdoc />
    public abstract ValueTask DisposeAsync();

    /// <summary>States that the way is closed; the first reason counts.</summary>
    protected void Close(McpFailure failure, string why)
    {
        if (Interlocked.CompareExchange(ref _reason, new McpException(failure, why), null) is null)
        {
            _closed.TrySetResult(_reason);
        }
    }

    /// <summary>Hands in the bytes of one message, or of a batch. False when they are no JSON object or list.</summary>
    protected bool Take(ReadOnlySpan<byte> utf8) => Take(utf8, null, out _);

    /// <summary>The same, and whether the answer to a request was among it.</summary>
    protected bool Take(ReadOnlySpan<byte> utf8, long? id, out bool answered)
    {
        answered = false;
        try
        {
            var reader = new Utf8JsonReader(Mend(utf8), new JsonReaderOptions { MaxDepth = MaxDepth });
            JsonElement message = JsonElement.ParseValue(ref reader);
            foreach (JsonElement one in message.ValueKind == JsonValueKind.Array ? [.. message.EnumerateArray()] : (JsonElement[])[message])
            {
                if (one.ValueKind != JsonValueKind.Object)
                {
                    return false;
                }

                Received(one);
                answered |= id is not null && !one.TryGetProperty("method"u8, out _) && one.TryGetProperty("id"u8, out JsonElement found)
                    && found.ValueKind == JsonValueKind.Number && found.TryGetInt64(out long number) && number == id;
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    // What is no text breaks whoever reads it as such, later and elsewhere: bytes that are no UTF-8 and escapes of half a letter become
    // the replacement character here.
    private static ReadOnlySpan<byte> Mend(ReadOnlySpan<byte> utf8)
    {
        if (!Utf8.IsValid(utf8))
        {
            utf8 = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(utf8));
        }

        if (utf8.IndexOf("\\ud"u8) < 0 && utf8.IndexOf("\\uD"u8) < 0)
        {
            return utf8;
        }

        byte[] mended = utf8.ToArray();
        for (int at = 0; at + 1 < mended.Length; at++)
        {
            if (mended[at] != (byte)'\\')
            {
                continue;
            }

            int unit = UnitAt(mended, at);
            if (unit is >= 0xD800 and <= 0xDBFF && UnitAt(mended, at + 6) is >= 0xDC00 and <= 0xDFFF)
            {
                at += 11; // a whole letter
            }
            else if (unit is >= 0xD800 and <= 0xDFFF)
            {
                "fffd"u8.CopyTo(mended.AsSpan(at + 2));
                at += 5;
            }
            else
            {
                at++; // what is escaped is no escape itself
            }
        }

        return mended;
    }

    private static int UnitAt(ReadOnlySpan<byte> utf8, int at) =>
        at + 6 <= utf8.Length && utf8[at] == (byte)'\\' && utf8[at + 1] == (byte)'u'
        && Utf8Parser.TryParse(utf8.Slice(at + 2, 4), out int unit, out int used, 'X') && used == 4
            ? unit
            : -1;
}
