using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Diagnostics;

namespace OpenClaw.Edge.Hosting;

/// <summary>Says which changed keys a running gateway cannot take over.</summary>
internal static class RestartNeeds
{
    /// <summary>Code of the warnable.</summary>
    public const string Code = "restart-needed";

    /// <summary>Compares what runs with what the file says now.</summary>
    public static void Check(EdgeConfig now, EdgeConfig started, HealthBoard health)
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
        }
        else
        {
            health.Raise(new Warnable(Code, $"{string.Join(", ", keys)} changed: restart the gateway to use the new value."));
        }
    }

    private static string[] Changed<T>(string key, T now, T before) =>
        EqualityComparer<T>.Default.Equals(now, before) ? [] : [key];
}
