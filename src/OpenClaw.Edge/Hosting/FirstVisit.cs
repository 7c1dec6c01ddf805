using Microsoft.Extensions.Logging;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Hosting.Logging;
using OpenClaw.Edge.Security;

namespace OpenClaw.Edge.Hosting;

/// <summary>When a browser elsewhere may be paired by six digits, and where a person at the machine reads them. Source: docs/security.md,
/// first visit.</summary>
internal static class FirstVisit
{
    /// <summary>Whether a browser on another machine can reach the gateway so that it may have a key: over TLS of its own or a proxy's.</summary>
    public static bool IsOn(GatewayParts parts)
    {
        GatewayConfig gateway = parts.Config.Current.Config.Gateway;
        bool direct = gateway.Tls.Enabled != false && parts.Listener.Addresses.Any(address => !address.IsLoopback);
        return gateway.ControlUi.PairByCode
            && parts.Secret.AuthMode is "token" or "password"
            && (direct || gateway.TrustedProxies.Count > 0);
    }

    /// <summary>Writes the digits to the console or the journal, never to the log file: that one is read through the gateway too, by callers
    /// that may do less than a paired browser.</summary>
    public static void Tell(GatewayParts parts, LogSink log, string digits)
    {
        string name = Environment.MachineName.Split('.')[0];
        int port = parts.Listener.Addresses[0].Port;
        log.Write(new LogLine(
            parts.Clock.GetUtcNow().ToUnixTimeMilliseconds(),
            LogLevel.Information,
            "hosting",
            $"To pair a browser, open https://{name}.local:{port}/ and type {digits}. The code holds for {BrowserCode.Lifetime.TotalMinutes:0} minutes, for one browser.",
            Private: true));
    }
}
