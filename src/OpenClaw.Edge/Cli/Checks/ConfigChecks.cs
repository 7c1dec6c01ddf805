using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Security;

namespace OpenClaw.Edge.Cli.Checks;

/// <summary>Checks of what the configuration means together: who can reach the gateway, what a model will cost, what is not there.</summary>
internal static class ConfigChecks
{
    private const int SmallWindow = 4096;
    private const int LargeWindow = 131_072;
    private static readonly TimeSpan s_soon = TimeSpan.FromDays(14);

    public static IEnumerable<Finding> Check(ConfigSnapshot snapshot, StatePaths paths, TimeProvider clock) =>
    [
        .. Exposure(snapshot, paths),
        .. Certificate(snapshot.Config.Gateway.Tls, clock),
        .. Workspaces(snapshot.Config, paths),
        .. Windows(snapshot.Config),
        .. Spending(snapshot.Config),
    ];

    private static IEnumerable<Finding> Exposure(ConfigSnapshot snapshot, StatePaths paths)
    {
        const string id = "edge/doctor/exposure";
        GatewayConfig gateway = snapshot.Config.Gateway;
        GatewaySecret secret;
        try
        {
            secret = GatewayTokenSource.Resolve(snapshot.Config, snapshot.Environment, paths, mayGenerate: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            yield break; // said by the check of the gateway
        }

        bool open = gateway.Bind is not "loopback";
        if (secret.WeakReason is { } weak)
        {
            yield return new Finding(
                id, open ? FindingSeverity.Error : FindingSeverity.Warning, $"the gateway's secret (from {secret.Source}) is weak: {weak}", "remove it and let one be made, or 'openclaw token rotate'");
        }
        else if (open && secret.AuthMode == "none")
        {
            yield return new Finding(id, FindingSeverity.Error, $"gateway.bind is {gateway.Bind} and gateway.auth.mode is none: anybody on the network may use this gateway", "openclaw config unset gateway.auth.mode")
            {
                Path = "gateway.auth.mode",
            };
        }
        else
        {
            yield return Finding.Ok(id, open ? $"reachable from the network ({gateway.Bind}), with a strong secret" : "reachable from this machine only");
        }

        if (open && gateway.Tls.Enabled == false)
        {
            yield return new Finding(
                "edge/doctor/lan", FindingSeverity.Warning, "gateway.tls.enabled is false: browsers on the LAN refuse device keys on plain HTTP", "openclaw config unset gateway.tls.enabled (TLS and plain HTTP share the port)")
            {
                Path = "gateway.tls.enabled",
            };
        }

        foreach (string wide in gateway.TrustedProxies.Where(static proxy => proxy.EndsWith("/0", StringComparison.Ordinal)))
        {
            yield return new Finding(id, FindingSeverity.Error, $"gateway.trustedProxies trusts {wide}: anybody may say whose request it is", "list the addresses of your proxies only")
            {
                Path = "gateway.trustedProxies",
            };
        }

        if (gateway.ControlUi.DangerouslyAllowHostHeaderOriginFallback)
        {
            yield return new Finding(id, FindingSeverity.Warning, "gateway.controlUi.dangerouslyAllowHostHeaderOriginFallback lets any name that leads here pass as this gateway's page", "list the names in gateway.controlUi.allowedOrigins");
        }
    }

    private static IEnumerable<Finding> Certificate(TlsConfig tls, TimeProvider clock)
    {
        const string id = "edge/doctor/tls";
        if (tls.Enabled == false || tls.CertPath is not { Length: > 0 } path)
        {
            yield break; // ours renews itself
        }

        string? problem = null;
        DateTime ends = default;
        try
        {
            using X509Certificate2 certificate = X509CertificateLoader.LoadCertificateFromFile(path);
            ends = certificate.NotAfter.ToUniversalTime();
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            problem = e.Message;
        }

        yield return problem is not null
            ? new Finding(id, FindingSeverity.Error, $"gateway.tls.certPath: {path} cannot be used: {problem}", "give a PEM file that this user may read")
            : ends < clock.GetUtcNow().UtcDateTime
                ? new Finding(id, FindingSeverity.Error, $"the certificate {path} ended on {ends:yyyy-MM-dd}", "renew it, or remove gateway.tls.certPath and use the local authority")
                : ends < clock.GetUtcNow().UtcDateTime + s_soon
                    ? new Finding(id, FindingSeverity.Warning, $"the certificate {path} ends on {ends:yyyy-MM-dd}", "renew it")
                    : Finding.Ok(id, $"the certificate is good until {ends:yyyy-MM-dd}");
    }

    // A path that a volume or an upgrade took away; the gateway would make an empty one.
    private static IEnumerable<Finding> Workspaces(EdgeConfig config, StatePaths paths)
    {
        foreach (string agent in config.Agents.Ids)
        {
            string workspace = config.Agents.WorkspaceOf(agent, paths);
            if (!workspace.StartsWith(paths.StateDir, StringComparison.Ordinal) && !Directory.Exists(workspace))
            {
                yield return new Finding(
                    "edge/doctor/paths", FindingSeverity.Warning, $"the workspace of agent {agent}, {workspace}, is not there", "mount it, or correct agents.defaults.workspace; a start makes an empty one");
            }
        }
    }

    private static IEnumerable<Finding> Windows(EdgeConfig config)
    {
        foreach ((string name, ModelProviderConfig provider) in config.Models.Providers)
        {
            bool near = Uri.TryCreate(provider.BaseUrl, UriKind.Absolute, out Uri? uri) && HostReach.IsLocal(uri);
            foreach (ModelConfig model in near ? provider.Models : [])
            {
                if (model.ContextWindow is > LargeWindow)
                {
                    yield return new Finding(
                        "edge/doctor/context", FindingSeverity.Warning, $"{name}/{model.Id} asks for a window of {model.ContextWindow} tokens: its cache takes many gigabytes of a local model's memory", "set contextWindow to what is needed, such as 32768");
                }
                else if (model.ContextWindow is > 0 and < SmallWindow)
                {
                    yield return new Finding(
                        "edge/doctor/context", FindingSeverity.Warning, $"{name}/{model.Id} has a window of {model.ContextWindow} tokens: with tools little is left for a conversation", "raise contextWindow to 8192 if memory allows");
                }
            }
        }
    }

    // Heartbeats that ask a paid model day and night.
    private static IEnumerable<Finding> Spending(EdgeConfig config)
    {
        string? model = config.Agents.Defaults.Heartbeat.Model ?? config.Agents.Defaults.Model.Primary;
        string? provider = model?.Split('/')[0];
        bool far = provider is not null
            && config.Models.Providers.TryGetValue(provider, out ModelProviderConfig? row)
            && Uri.TryCreate(row.BaseUrl, UriKind.Absolute, out Uri? uri)
            && !HostReach.IsLocal(uri);
        if (far && config.Agents.Defaults.Heartbeat.Every is { Ticks: > 0 } every && !config.Usage.Day.Any)
        {
            yield return new Finding(
                "edge/doctor/spend", FindingSeverity.Warning, $"heartbeats ask {model} every {every.TotalMinutes:0} minutes and nothing limits what that costs", "openclaw config set usage.limits.day.costUsd 1, or give heartbeat.model a local one")
            {
                Path = "agents.defaults.heartbeat.every",
            };
        }
    }
}
