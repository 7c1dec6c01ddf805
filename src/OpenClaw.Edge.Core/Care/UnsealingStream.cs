using System.Security.Cryptography;

namespace OpenClaw.Edge.Care;

/// <summary>Reads what <see cref="SealingStream"/> wrote. A wrong passphrase, a changed byte and a cut end are an
/// <see cref="InvalidDataException"/> before any of the chunk's bytes is handed out. Owns the inner stream.</summary>
public sealed class UnsealingStream : Stream
{
    private const int Whole = SealFormat.ChunkBytes + SealFormat.TagBytes;

    private readonly Stream _inner;
    private readonly byte[] _header = new byte[SealFormat.HeaderBytes];
    private readonly AesGcm _cipher;
    private readonly byte[] _sealed = new byte[Whole + 1]; // and the first byte of the next, which tells whether there is one
    private readonly byte[] _plain = new byte[SealFormat.ChunkBytes];
    private int _held;
    private int _at;
    private int _end;
    private uint _counter;
    private bool _last;

    /// <summary>Reads the header.</summary>
    public UnsealingStream(Stream inner, string passphrase)
    {
        ArgumentNullException.ThrowIfNull(inner);
        _inner = inner;
        inner.ReadExactly(_header);
        _cipher = SealFormat.Open(_header, passphrase);
    }

    /// <inheritdoc />
    public override bool CanRead => true;

    /// <inheritdoc />
    public override bool CanSeek => false;

    /// <inheritdoc />
    public override bool CanWrite => false;

    /// <inheritdoc />
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc />
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <inheritdoc />
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc />
    public override int Read(Span<byte> buffer)
    {
        while (_at == _end && !_last)
        {
            Chunk();
        }

        int taken = Math.Min(buffer.Length, _end - _at);
        _plain.AsSpan(_at, taken).CopyTo(buffer);
        _at += taken;
        return taken;
    }

    /// <inheritdoc />
    public override void Flush()
    {
    }

    /// <inheritdoc />
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc />
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc />
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            CryptographicOperations.ZeroMemory(_plain);
            _cipher.Dispose();
            _inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Chunk()
    {
        int got = _held + _inner.ReadAtLeast(_sealed.AsSpan(_held), _sealed.Length - _held, throwOnEndOfStream: false);
        _last = got <= Whole;
        int size = Math.Min(got, Whole) - SealFormat.TagBytes;
        if (size < 0)
        {
            throw new InvalidDataException("the sealed file is cut off");
        }

        Span<byte> nonce = stackalloc byte[12];
        SealFormat.Nonce(_header, checked(_counter++), _last, nonce);
        try
        {
            _cipher.Decrypt(nonce, _sealed.AsSpan(0, size), _sealed.AsSpan(size, SealFormat.TagBytes), _plain.AsSpan(0, size), _header);
        }
        catch (CryptographicException)
        {
            throw new InvalidDataException(_counter == 1
                ? "the passphrase is another, or the file was changed"
                : "the sealed file was changed or cut off");
        }

        _held = got > Whole ? 1 : 0;
        _sealed[0] = _sealed[Whole];
        (_at, _end) = (0, size);
    }
}
