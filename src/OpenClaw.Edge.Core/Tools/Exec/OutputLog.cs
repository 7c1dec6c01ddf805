using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Tools;

/// <summary>What a command has printed: the newest bytes in a ring in memory, and all of it, up to a limit, in a file once it
/// outgrows the ring; with no file only the ring. Thread-safe. Dispose removes the file.</summary>
internal sealed class OutputLog(string? spillPath) : IDisposable
{
    /// <summary>Bytes kept in memory.</summary>
    public const int RingBytes = 256 * 1024;

    /// <summary>Bytes kept on disk.</summary>
    public const int SpillBytes = 16 * 1024 * 1024;

    private readonly Lock _gate = new();
    private byte[] _ring = new byte[4096];
    private FileStream? _spill;
    private bool _spillFailed;
    private long _spilled;
    private bool _disposed;

    /// <summary>Bytes printed so far, kept or not.</summary>
    public long Total { get; private set; }

    /// <summary>Bytes of it on disk.</summary>
    public long Spilled => Interlocked.Read(ref _spilled);

    /// <summary>Adds output.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            Grow(Math.Min(RingBytes, Total + bytes.Length));
            if (Total + bytes.Length > _ring.Length)
            {
                Spill(bytes);
            }

            ReadOnlySpan<byte> kept = bytes.Length > _ring.Length ? bytes[^_ring.Length..] : bytes;
            int at = (int)((Total + bytes.Length - kept.Length) % _ring.Length);
            int first = Math.Min(kept.Length, _ring.Length - at);
            kept[..first].CopyTo(_ring.AsSpan(at));
            kept[first..].CopyTo(_ring);
            Total += bytes.Length;
        }
    }

    /// <summary>Reads kept bytes from a position on. What is lost before them is skipped.</summary>
    /// <param name="from">Position; the one of the first byte returned afterwards.</param>
    /// <param name="most">Most bytes.</param>
    public byte[] Read(ref long from, int most)
    {
        lock (_gate)
        {
            long oldest = Math.Max(0, Total - _ring.Length);
            if (from < oldest && from < _spilled && _spill is not null)
            {
                byte[] fromDisk = new byte[(int)Math.Min(most, _spilled - from)];
                int read = RandomAccess.Read(_spill.SafeFileHandle, fromDisk, from);
                return read == fromDisk.Length ? fromDisk : fromDisk[..read];
            }

            from = Math.Clamp(from, oldest, Total);
            byte[] bytes = new byte[(int)Math.Min(most, Total - from)];
            for (int i = 0; i < bytes.Length; i++)
            {
                bytes[i] = _ring[(int)((from + i) % _ring.Length)];
            }

            return bytes;
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _spill?.Dispose();
            _spill = null;
            _ring = [0];
        }
    }

    // While everything fits, position and index are the same, so growing is a copy.
    private void Grow(long needed)
    {
        if (needed > _ring.Length && Total <= _ring.Length)
        {
            Array.Resize(ref _ring, (int)Math.Min(RingBytes, Math.Max(needed, _ring.Length * 2L)));
        }
    }

    private void Spill(ReadOnlySpan<byte> bytes)
    {
        if (spillPath is null || _spillFailed || _spilled >= SpillBytes)
        {
            return;
        }

        try
        {
            if (_spill is null)
            {
                AtomicFile.CreateFolder(Path.GetDirectoryName(spillPath)!);
                _spill = new FileStream(spillPath, new FileStreamOptions
                {
                    Mode = FileMode.Create,
                    Access = FileAccess.ReadWrite,
                    Options = FileOptions.DeleteOnClose,
                    BufferSize = 0,
                    UnixCreateMode = AtomicFile.PrivateFile,
                });
                RandomAccess.Write(_spill.SafeFileHandle, _ring.AsSpan(0, (int)Total), 0);
                _spilled = Total;
            }

            ReadOnlySpan<byte> fitting = bytes[..(int)Math.Min(bytes.Length, SpillBytes - _spilled)];
            RandomAccess.Write(_spill.SafeFileHandle, fitting, _spilled);
            Interlocked.Add(ref _spilled, fitting.Length);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            _spillFailed = true; // the disk is full or away: the ring is what remains
        }
    }
}
