using Microsoft.Extensions.Logging;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Storage;

namespace OpenClaw.Edge.Hosting;

/// <summary>Makes the state directory private, claims it and opens the database in it.</summary>
internal static class StateDirectory
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Takes the lock that keeps a second gateway out. Throws <see cref="StartRefusedException"/>.</summary>
    public static StateLock Claim(StatePaths paths, TimeProvider clock)
    {
        try
        {
            Directory.CreateDirectory(paths.StateDir, Private);
            Directory.CreateDirectory(Path.GetDirectoryName(paths.DatabasePath)!, Private);
            return StateLock.TryAcquire(paths.StateDir, clock, out StateLock? held, out StateLockHolder? holder)
                ? held!
                : throw new StartRefusedException(holder!.Message);
        }
        catch (StorageException refused)
        {
            throw new StartRefusedException(refused.Message, inner: refused);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException(
                $"The state directory {paths.StateDir} (from {paths.StateDirSource}) cannot be used: {refused.Message} "
                + "Make it writable for this user, or name another with --state-dir.",
                inner: refused);
        }
    }

    /// <summary>Opens the database. Throws <see cref="StartRefusedException"/>.</summary>
    public static EdgeDatabase OpenDatabase(StatePaths paths, TimeProvider clock, ILoggerFactory loggers)
    {
        try
        {
            return EdgeDatabase.Open(paths.DatabasePath, clock, loggers.CreateLogger("OpenClaw.Edge.Storage"));
        }
        catch (StorageException refused)
        {
            throw new StartRefusedException(refused.Message, inner: refused);
        }
    }
}
