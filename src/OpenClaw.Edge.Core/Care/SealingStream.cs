using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace OpenClaw.Edge.Care;

/// <summary>Seals what is written with a passphrase; see <see cref="SealFormat"/>. Disposing writes the last chunk and leaves the inner
/// stream open.</summary>
[SuppressMessage("Usage", "CA2213:Disposable fields should be disposed", Justification = "the inner stream is the caller's, who flushes it to disk")]
public sealed class SealingStream : Stream
{
    private readonly Stream _inner;
    private readonly byte[] _header = SealFormat.NewHeader();
    private readonly AesGcm _cipher;
    private readonly byte[] _plain = new byte[SealFormat.ChunkBytes];
    private readonly byte[] _sealed = new byte[SealFormat.ChunkBytes + SealFormat.TagBytes];
    private int _filled;
    private uint _counter;
    private bool _disposed;

    /// <summary>Writes the header.</summary>
    public SealingStream(Stream inner, string passphrase)
    {
        ArgumentNullException.ThrowIfNull(inner);
        _inner = inner;
        _cipher = SealFormat.Open(_header, passphrase);
        inner.Write(_header);
    }

    /// <inheritdoc />
    public override bool CanRead => false;

    /// <inheritdoc />
    public override bool CanSeek => false;

    /// <inheritdoc />
    public override bool CanWrite => true;

    /// <inheritdoc />
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc />
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <inheritdoc />
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc />
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            if (_filled == _plain.Length)
            {
                Chunk(last: false); // only once more comes: the last chunk carries the flag
            }

            int taken = Math.Min(buffer.Length, _plain.Length - _filled);
            buffer[..taken].CopyTo(_plain.AsSpan(_filled));
            _filled += taken;
            buffer = buffer[taken..];
        }
    }

    /// <inheritdoc />
    public override void Flush()
    {
        // a chunk is written when it is full
    }

    /// <inheritdoc />
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc />
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc />
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            Chunk(last: true);
            CryptographicOperations.ZeroMemory(_plain);
            _cipher.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Chunk(bool last)
    {
        Span<byte> nonce = stackalloc byte[12];
        SealFormat.Nonce(_header, checked(_counter++), last, nonce);
        _cipher.Encrypt(nonce, _plain.AsSpan(0, _filled), _sealed.AsSpan(0, _filled), _sealed.AsSpan(_filled, SealFormat.TagBytes), _header);
        _inner.Write(_sealed, 0, _filled + SealFormat.TagBytes);
        _filled = 0;
    }
}
