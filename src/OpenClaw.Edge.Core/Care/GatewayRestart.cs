using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Platform.DBus;

namespace OpenClaw.Edge.Care;

/// <summary>How the gateway that runs on a state is restarted: by the systemd unit that it runs in, or by a command of the person's.</summary>
/// <param name="Arguments">The program's absolute path first.</param>
public sealed record GatewayRestart(IReadOnlyList<string> Arguments)
{
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(2); // a unit's TimeoutStopSec is 90 s at most

    /// <summary>For a person.</summary>
    public string Text => string.Join(' ', Arguments);

    /// <summary>Finds the way; null where nobody knows one.</summary>
    /// <param name="command">The person's, run by a shell; null when none was given.</param>
    /// <param name="gateway">Process id of the gateway.</param>
    /// <param name="environment">Variables, for the search path.</param>
    /// <param name="root">Root of the file system.</param>
    public static GatewayRestart? Find(string? command, int gateway, ProcessEnvironment environment, string root = "/")
    {
        ArgumentNullException.ThrowIfNull(environment);
        if (command is not null)
        {
            return new GatewayRestart(["/bin/sh", "-c", command]);
        }

        ServiceUnit? unit = ServiceUnit.OfProcess(gateway, root);
        string? systemctl = (environment["PATH"] ?? "/usr/bin:/bin").Split(':').Select(folder => Path.Combine(folder, "systemctl")).FirstOrDefault(File.Exists);
        return unit is null || systemctl is null ? null
            : unit.IsPersonal ? new GatewayRestart([systemctl, "--user", "restart", unit.Name])
            : new GatewayRestart([systemctl, "restart", unit.Name]);
    }

    /// <summary>Does it.</summary>
    /// <returns>What went wrong; null when it was done.</returns>
    public async Task<string?> RunAsync(ProcessEnvironment environment, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(environment);
        ProgramRun run = await ProgramRun.RunAsync([.. Arguments], environment.Values, s_longest, time, cancellationToken);
        return run.ExitCode == 0 ? null : $"'{Text}' ended with {run.ExitCode}: {run.Output}";
    }
}
