using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Platform;
using OpenClaw.Edge.Storage;

namespace OpenClaw.Edge.Care;

/// <summary>Takes the state away from any gateway, for work that must be alone with it.</summary>
public static class StateClaim
{
    /// <summary>The process that runs a gateway on the state; 0 when it is not known, null when there is none.</summary>
    public static int? HolderOf(StatePaths paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        try
        {
            return StateLock.HolderOf(paths.StateDir) is { } holder ? holder.ProcessId ?? 0 : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // another user's state: other checks tell
        }
    }

    /// <summary>Asks the gateway that runs on the state to end, as <c>SIGTERM</c> does, and waits on this thread.</summary>
    /// <returns>What went wrong; null when it has ended.</returns>
    public static string? EndHolder(StatePaths paths, int pid, TimeSpan longest, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(time);
        if (!ExecNative.Kill(pid, ExecNative.SignalTerminate))
        {
            return $"process {pid} belongs to another user: run this as that user, or with sudo";
        }

        for (long began = time.GetTimestamp(); HolderOf(paths) is not null;)
        {
            if (time.GetElapsedTime(began) >= longest)
            {
                return $"process {pid} has not ended in time: 'openclaw logs' shows what it does";
            }

            cancellationToken.WaitHandle.WaitOne(100); // ms
            cancellationToken.ThrowIfCancellationRequested();
        }

        return null;
    }

    /// <summary>Takes the lock; the folder is made if it is missing.</summary>
    /// <exception cref="CareException">A gateway runs, or the folder cannot be written.</exception>
    internal static StateLock Take(StatePaths paths, TimeProvider time, string purpose)
    {
        try
        {
            AtomicFile.CreateFolder(paths.StateDir);
            if (StateLock.TryAcquire(paths.StateDir, time, out StateLock? held, out StateLockHolder? holder))
            {
                return held!;
            }

            string who = holder!.ProcessId is { } pid ? $"process {pid}" : "another process";
            throw new CareException(
                CareFailure.Busy, $"a gateway runs on {paths.StateDir} ({who}), and a {purpose} must be alone: stop it first (systemctl stop openclaw, or end that process)");
        }
        catch (Exception e) when (e is StorageException or IOException or UnauthorizedAccessException)
        {
            throw new CareException(CareFailure.Refused, e.Message, e);
        }
    }
}
