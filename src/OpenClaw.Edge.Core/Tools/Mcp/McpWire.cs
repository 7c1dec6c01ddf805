using System.Text.Json;

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
    protected bool Take(ReadOnlySpan<byte> utf8)
    {
        try
        {
            var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = MaxDepth });
            JsonElement message = JsonElement.ParseValue(ref reader);
            foreach (JsonElement one in message.ValueKind == JsonValueKind.Array ? [.. message.EnumerateArray()] : (JsonElement[])[message])
            {
                if (one.ValueKind != JsonValueKind.Object)
                {
                    return false;
                }

                Received(one);
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
