namespace OpenClaw.Edge.Hosting.Logging;

/// <summary>A log file of bounded size with two predecessors: at most three times <see cref="MaxBytes"/> on disk.
/// Used by the writer loop only. A disk that refuses a write costs the line, never the gateway.</summary>
internal sealed class RollingLogFile(string path) : IDisposable
{
    /// <summary>Size at which the file is renamed away, in bytes. Source: docs/config.md, logging.</summary>
    public const long MaxBytes = 5 * 1024 * 1024;

    private FileStream? _file;

    /// <summary>Whether the last write reached the file.</summary>
    public bool Healthy { get; private set; } = true;

    /// <summary>Appends whole lines.</summary>
    public void Append(ReadOnlySpan<byte> lines)
    {
        try
        {
            LeaveMovedFile();
            _file ??= Open();
            if (_file.Length + lines.Length > MaxBytes && _file.Length > 0)
            {
                _file.Dispose();
                _file = null;
                if (File.Exists(path + ".1"))
                {
                    File.Move(path + ".1", path + ".2", overwrite: true);
                }

                File.Move(path, path + ".1", overwrite: true);
                _file = Open();
            }

            _file.Write(lines);
            Healthy = true;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            _file?.Dispose();
            _file = null;
            Healthy = false;
        }
    }

    /// <inheritdoc />
    public void Dispose() => _file?.Dispose();

    // logrotate renames or removes the file under us; what we went on writing to would be a log that nobody sees.
    private void LeaveMovedFile()
    {
        if (_file is not null && new FileInfo(path) is var there && (!there.Exists || there.Length != _file.Length))
        {
            _file.Dispose();
            _file = null;
        }
    }

    private FileStream Open()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.Append,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite | FileShare.Delete,
            BufferSize = 0,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
    }
}
