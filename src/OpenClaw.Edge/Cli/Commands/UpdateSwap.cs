using OpenClaw.Edge.Care;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary>Puts a staged program in force and sees the gateway through its restart; takes it back when the gateway does not get well.</summary>
internal sealed class UpdateSwap(CliContext context, InstalledProgram program, Release release, TimeSpan patience)
{
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(1); // the way back is not hurried
    private static readonly TimeSpan s_between = TimeSpan.FromMilliseconds(250);

    /// <summary>Does it, and tells what came of it.</summary>
    public async Task<int> RunAsync(string? command, bool noRestart, CancellationToken cancellationToken)
    {
        int? gateway = StateClaim.HolderOf(context.Paths);
        GatewayRestart? restart = gateway is { } pid && !noRestart ? GatewayRestart.Find(command, pid, context.Environment) : null;
        string? backup = await BackUpAsync(cancellationToken);
        Swap(program.Swap);
        Note("update", backup);
        if (gateway is null || restart is null)
        {
            UpdateReport.Tell(
                context,
                "installed",
                gateway is null
                    ? $"installed {release.Version}; the old program is {program.PreviousPath}"
                    : $"installed {release.Version}; process {gateway} still runs the old one: restart it (the old program is {program.PreviousPath})",
                release.Version,
                gateway is null ? null : "restart the gateway");
            return (int)ExitCode.Ok;
        }

        string? sick = await RestartAsync(restart, gateway.Value, patience, cancellationToken);
        if (sick is null)
        {
            UpdateReport.Tell(context, "updated", $"updated to {release.Version}, and the gateway is well; the old program is {program.PreviousPath}", release.Version);
            return (int)ExitCode.Ok;
        }

        Swap(program.GoBack);
        Note("update.rollback", backup);
        string? still = await RestartAsync(restart, StateClaim.HolderOf(context.Paths) ?? 0, s_longest, cancellationToken);
        UpdateReport.Tell(
            context,
            "rolled-back",
            $"{release.Version} did not get well ({sick}); the old program is in force again"
            + (still is null ? " and the gateway is well" : $", and the gateway still is not well ({still}){(backup is null ? "" : $"; the state before is in {backup}")}"));
        return (int)ExitCode.Failed;
    }

    // A new version may change the database: then this is the way back.
    private async Task<string?> BackUpAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(context.Paths.DatabasePath))
        {
            return null;
        }

        BackupRequest request = new()
        {
            Paths = context.Paths,
            Config = context.Config,
            Output = context.Paths.BackupDir,
            Workspaces = false,
            Time = context.Clock,
        };
        return await BackupCommand.GuardAsync(() => BackupWriter.Write(request, BackupPlan.For(request, cancellationToken), cancellationToken).Path, cancellationToken);
    }

    /// <summary>Restarts and waits.</summary>
    /// <returns>What is wrong; null when a new process answers as healthy.</returns>
    private async Task<string?> RestartAsync(GatewayRestart restart, int before, TimeSpan wait, CancellationToken cancellationToken)
    {
        if (await restart.RunAsync(context.Environment, context.Clock, cancellationToken) is { } refused)
        {
            return refused;
        }

        long began = context.Clock.GetTimestamp();
        string last = "no new process";
        while (context.Clock.GetElapsedTime(began) < wait)
        {
            try
            {
                if (StateClaim.HolderOf(context.Paths) is { } now && now != before)
                {
                    await context.CallAsync("health", GatewayScopes.Read, cancellationToken);
                    return null;
                }
            }
            catch (CliException e)
            {
                last = e.Message;
            }

            await Task.Delay(s_between, context.Clock, cancellationToken);
        }

        return $"not healthy within {wait.TotalSeconds:0} s: {last}";
    }

    private void Swap(Action move)
    {
        try
        {
            move();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.Failed, $"{program.Path} cannot be replaced: {e.Message}");
        }
    }

    private void Note(string action, string? backup)
    {
        if (!Directory.Exists(context.Paths.StateDir))
        {
            return;
        }

        try
        {
            CareJournal.Append(context.Paths, context.Clock, action, json =>
            {
                json.WriteString("program"u8, program.Path);
                json.WriteString("version"u8, release.Version.ToString());
                if (backup is not null)
                {
                    json.WriteString("backup"u8, backup);
                }
            });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            context.Note($"the journal cannot be written: {e.Message}");
        }
    }
}
