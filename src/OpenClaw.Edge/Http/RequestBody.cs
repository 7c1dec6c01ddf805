using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;

namespace OpenClaw.Edge.Http;

/// <summary>A whole request body in one rented array. The bytes are valid until it is disposed, by who read it or by who needs it no
/// more; again does nothing.</summary>
internal sealed class RequestBody : IDisposable
{
    private byte[]? _rented;
    private int _length;

    private RequestBody(int capacity) => _rented = ArrayPool<byte>.Shared.Rent(capacity);

    /// <summary>The bytes as they came.</summary>
    public ReadOnlyMemory<byte> Memory => _rented.AsMemory(0, _length);

    /// <summary>Reads the body, or answers 413 and returns null. A body that says its size is refused
    /// unread.</summary>
    public static async ValueTask<RequestBody?> ReadAsync(HttpContext context, int maxBytes)
    {
        RequestBody? body = await TryReadAsync(context, maxBytes, context.RequestAborted);
        if (body is null)
        {
            await TooLargeAsync(context, maxBytes);
        }

        return body;
    }

    /// <summary>Reads the body; null when it is larger than it may be, and then nothing is answered yet.</summary>
    public static async ValueTask<RequestBody?> TryReadAsync(HttpContext context, int maxBytes, CancellationToken cancellationToken)
    {
        long announced = context.Request.ContentLength ?? 0;
        if (announced > maxBytes)
        {
            return null;
        }

        RequestBody? body = new(Math.Max((int)announced, 4096));
        try
        {
            RequestBody? whole = await body.FillAsync(context, maxBytes, cancellationToken) ? body : null;
            body = whole is null ? body : null;
            return whole;
        }
        finally
        {
            body?.Dispose();
        }
    }

    /// <summary>Gives the array back.</summary>
    public void Dispose()
    {
        if (_rented is { } rented)
        {
            _rented = null;
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static Task TooLargeAsync(HttpContext context, int maxBytes) => HttpAnswer.ErrorAsync(
        context,
        StatusCodes.Status413PayloadTooLarge,
        "invalid_request_error",
        $"Request body is larger than {maxBytes / (1024 * 1024)} MB.",
        "request_too_large");

    private async ValueTask<bool> FillAsync(HttpContext context, int maxBytes, CancellationToken cancellationToken)
    {
        PipeReader reader = context.Request.BodyReader;
        while (true)
        {
            ReadResult read = await reader.ReadAsync(cancellationToken);
            bool fits = TryAppend(read.Buffer, maxBytes);
            reader.AdvanceTo(read.Buffer.End);
            if (!fits)
            {
                return false;
            }

            if (read.IsCompleted)
            {
                return true;
            }
        }
    }

    private bool TryAppend(in ReadOnlySequence<byte> bytes, int maxBytes)
    {
        long total = _length + bytes.Length;
        if (total > maxBytes)
        {
            return false;
        }

        if (total > _rented!.Length)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(maxBytes, Math.Max(total, _rented.Length * 2L)));
            _rented.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_rented);
            _rented = larger;
        }

        bytes.CopyTo(_rented.AsSpan(_length));
        _length = (int)total;
        return true;
    }
}
