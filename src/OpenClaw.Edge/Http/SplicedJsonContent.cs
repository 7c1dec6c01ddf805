using System.Net;
using System.Net.Http.Headers;

namespace OpenClaw.Edge.Http;

/// <summary>A JSON body with one value replaced: what is before and after goes out byte for byte as it came. Valid only
/// while the original body is.</summary>
internal sealed class SplicedJsonContent : HttpContent
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly ReadOnlyMemory<byte> _before;
    private readonly ReadOnlyMemory<byte> _value;
    private readonly ReadOnlyMemory<byte> _after;

    public SplicedJsonContent(ReadOnlyMemory<byte> body, int start, int length, ReadOnlyMemory<byte> value)
    {
        _before = body[..start];
        _value = value;
        _after = body[(start + length)..];
        Headers.ContentType = Json;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    // Small bodies stay in the connection's write buffer and leave with the headers in one packet.
    protected override async Task SerializeToStreamAsync(
        Stream stream,
        TransportContext? context,
        CancellationToken cancellationToken)
    {
        await stream.WriteAsync(_before, cancellationToken);
        await stream.WriteAsync(_value, cancellationToken);
        await stream.WriteAsync(_after, cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _before.Length + _value.Length + _after.Length;
        return true;
    }
}
