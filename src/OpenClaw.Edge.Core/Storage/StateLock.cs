using System.Globalization;
using System.Text;

namespace OpenClaw.Edge.Storage;

/// <summary>Exclusive hold of a state directory, so that two gateways never write into one. The kernel lets go of it when the process
/// dies, however it dies; the files stay. Who holds it stands in a file beside the lock, because .NET cannot read a file that is locked.</summary>
public sealed class StateLock : IDisposable
{
    private const int WouldBlock = 11; // EWOULDBLOCK on Linux; .NET gives the system's own number

    private readonly FileStream _file;

    private StateLock(FileStream file) => _file = file;

    /// <summary>Takes the lock file <c>gateway.lock</c> of the directory, which must exist, and writes <c>gateway.pid</c>: the process id, a
    /// space, and the time in epoch milliseconds.</summary>
    /// <param name="stateDir">State directory.</param>
    /// <param name="time">Clock for the time written into the file.</param>
    /// <param name="held">The lock; dispose it last.</param>
    /// <param name="holder">Who has it, when it is taken.</param>
    /// <exception cref="StorageException">The directory cannot be written.</exception>
    public static bool TryAcquire(string stateDir, TimeProvider time, out StateLock? held, out StateLockHolder? holder)
    {
        string path = Path.Combine(stateDir, "gateway.lock");
        held = null;
        holder = null;
        FileStream? file = null;
        try
        {
            file = OpenExclusive(path);
            if (file is null)
            {
                holder = ReadHolder(stateDir);
                return false;
            }

            WriteHolder(stateDir, string.Create(
                CultureInfo.InvariantCulture, $"{Environment.ProcessId} {time.GetUtcNow().ToUnixTimeMilliseconds()}\n"));
            held = new StateLock(file);
            file = null;
            return true;
        }
        catch (Exception cause) when (cause is UnauthorizedAccessException or IOException)
        {
            throw new StorageException(
                StorageFailure.ReadOnly,
                cause.HResult switch
                {
                    28 => $"{path}: no space left. Free some space on that disk.", // ENOSPC
                    30 => $"{path}: the file system is mounted read-only. Mount it writable, or name another state directory with --state-dir.", // EROFS
                    _ => $"{path}: cannot be written ({cause.Message}). Create the state directory and give it to the user that runs the gateway.",
                },
                cause);
        }
        finally
        {
            file?.Dispose();
        }
    }

    /// <summary>Who holds the directory now; null when nobody does. Takes nothing and writes nothing.</summary>
    /// <exception cref="IOException">The lock file cannot be opened.</exception>
    public static StateLockHolder? HolderOf(string stateDir)
    {
        string path = Path.Combine(stateDir, "gateway.lock");
        if (!File.Exists(path))
        {
            return null;
        }

        using FileStream? free = OpenExclusive(path);
        return free is null ? ReadHolder(stateDir) : null;
    }

    /// <inheritdoc />
    public void Dispose() => _file.Dispose();

    // Null when somebody has it: FileShare.None is flock(LOCK_EX | LOCK_NB) in .NET on Unix.
    private static FileStream? OpenExclusive(string path)
    {
        try
        {
            return new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                BufferSize = 0,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
        }
        catch (IOException taken) when (taken.HResult == WouldBlock)
        {
            return null;
        }
    }

    private static string PidFileOf(string stateDir) => Path.Combine(stateDir, "gateway.pid");

    private static void WriteHolder(string stateDir, string text)
    {
        using FileStream file = new(PidFileOf(stateDir), new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        file.Write(Encoding.ASCII.GetBytes(text));
    }

    private static StateLockHolder ReadHolder(string stateDir)
    {
        string text = "";
        try
        {
            text = File.ReadAllText(PidFileOf(stateDir));
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            // The message goes without it.
        }

        string[] parts = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        int? pid = parts.Length > 0 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
        long? startedAtMs = parts.Length > 1 && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out long ms) ? ms : null;
        return new StateLockHolder(stateDir, pid, startedAtMs);
    }
}
