using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Diagnostics;
using OpenClaw.Edge.Gateway;

namespace OpenClaw.Edge.Hosting;

/// <summary>Says which changed keys a running gateway cannot take over.</summary>
internal static class RestartNeeds
{
    /// <summary>Code of the warnable.</summary>
    public const string Code = "restart-needed";

    /// <summary>How the reason of a restart for the sake of these keys begins.</summary>
    public const string Reason = "config reload: ";

    // The answer of whoever changed the file goes first.
    private const long DelayMs = 300;

    /// <summary>Compares what runs with what the file says now; what differs is warned about, and the gateway starts itself anew for it where
    /// it can and may.</summary>
    public static void Check(EdgeConfig now, EdgeConfig started, HealthBoard health, RestartDesk restarts)
    {
        string[] keys =
        [
            .. Changed("gateway.port", now.Gateway.Port, started.Gateway.Port),
            .. Changed("gateway.bind", now.Gateway.Bind, started.Gateway.Bind),
            .. Changed("gateway.customBindHost", now.Gateway.CustomBindHost, started.Gateway.CustomBindHost),
            .. Changed("discovery.mdns.mode", now.Discovery.MdnsMode, started.Discovery.MdnsMode),
            .. Changed("logging.file", now.Logging.File, started.Logging.File),
            .. Changed("logging.consoleStyle", now.Logging.ConsoleStyle, started.Logging.ConsoleStyle),
        ];
        if (keys.Length == 0)
        {
            health.Clear(Code);
            restarts.Withdraw(Reason);
            return;
        }

        string changed = string.Join(", ", keys);
        bool itself = now.Gateway.Reload.Mode != "off" && restarts.Ask(Reason + changed, DelayMs) is not null;
        health.Raise(new Warnable(Code, $"{changed} changed: {(itself ? "the gateway starts itself anew, as soon as nothing runs" : "restart the gateway")}, to use the new value."));
    }

    /// <summary>States that the gateway did not start anew, and why.</summary>
    public static void Refused(HealthBoard health, string obstacle) => health.Raise(new Warnable(
        Code, $"The gateway does not start itself anew: {obstacle}. What it runs with stays; put that right, or restart it."));

    private static string[] Changed<T>(string key, T now, T before) =>
        EqualityComparer<T>.Default.Equals(now, before) ? [] : [key];
}
