using System.Buffers;
using System.Text.Json;

namespace OpenClaw.Edge.Http;

/// <summary>Keeps the end of an answer that streams by, because that is where OpenAI-compatible servers put the
/// <c>usage</c> object: tokens are metered without parsing the answer. Not thread-safe.</summary>
internal sealed class UsageTail : IDisposable
{
    // A usage object with all its details is under 600 bytes; llama.cpp adds about 400 of timings after it.
    private const int Kept = 2048;

    private byte[]? _rented;
    private int _length;

    /// <summary>Bytes added so far.</summary>
    public long TotalBytes { get; private set; }

    /// <summary>Adds bytes of the answer.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        TotalBytes += bytes.Length;
        _rented ??= ArrayPool<byte>.Shared.Rent(4 * Kept);
        if (bytes.Length > _rented.Length - _length)
        {
            int keep = Math.Min(_length, Kept);
            _rented.AsSpan(_length - keep, keep).CopyTo(_rented);
            _length = keep;
            if (bytes.Length > _rented.Length - _length)
            {
                bytes = bytes[^(2 * Kept)..];
            }
        }

        bytes.CopyTo(_rented.AsSpan(_length));
        _length += bytes.Length;
    }

    /// <summary>The tokens that the server counted; false when it named none. Never throws on input.</summary>
    public bool TryRead(out long promptTokens, out long completionTokens)
    {
        promptTokens = 0;
        completionTokens = 0;
        ReadOnlySpan<byte> tail = _rented.AsSpan(0, _length);
        int at = tail.LastIndexOf("\"usage\""u8);
        if (at < 0)
        {
            return false;
        }

        ReadOnlySpan<byte> value = tail[(at + 7)..].TrimStart(": \t\r\n"u8);
        Utf8JsonReader json = new(value, isFinalBlock: false, default);
        try
        {
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }

            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                bool prompt = json.ValueTextEquals("prompt_tokens"u8) || json.ValueTextEquals("input_tokens"u8);
                bool completion = json.ValueTextEquals("completion_tokens"u8)
                    || json.ValueTextEquals("output_tokens"u8);
                if (!json.Read() || !json.TrySkip())
                {
                    break;
                }

                if ((prompt || completion) && json.TokenType == JsonTokenType.Number && json.TryGetInt64(out long count))
                {
                    promptTokens = prompt ? count : promptTokens;
                    completionTokens = completion ? count : completionTokens;
                }
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
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
}
