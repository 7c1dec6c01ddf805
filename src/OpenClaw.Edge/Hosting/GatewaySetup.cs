using System.Globalization;
using OpenClaw.Edge.Cli;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Diagnostics;
using OpenClaw.Edge.Security;

namespace OpenClaw.Edge.Hosting;

/// <summary>What is decided before anything is opened: places, configuration, secret. Flags are laid over the environment
/// and that wins over the file, at every load.</summary>
internal sealed class GatewaySetup
{
    private readonly GatewayRunOptions _options;

    private GatewaySetup(GatewayRunOptions options, ProcessEnvironment environment, StatePaths paths)
    {
        _options = options;
        Environment = environment;
        Paths = paths;
    }

    /// <summary>Variables, with the flags among them.</summary>
    public ProcessEnvironment Environment { get; }

    /// <summary>Where things lie.</summary>
    public StatePaths Paths { get; }

    /// <summary>Finds the places and lays the flags over the environment.</summary>
    public static GatewaySetup For(GatewayRunOptions options, ProcessEnvironment environment)
    {
        StatePaths paths = StatePaths.Resolve(environment, options.ConfigPath, options.StateDir, options.Profile);
        return new GatewaySetup(options, WithFlags(environment, options), paths);
    }

    /// <summary>Loads the configuration. A broken file gives way to the last good copy, with a warnable; without one the
    /// start is refused with every problem listed.</summary>
    public ConfigStore OpenConfig(HealthBoard health)
    {
        ConfigStore store = ConfigStore.Open(Paths, Environment, health);
        if (store.Current.Valid)
        {
            return store;
        }

        string list = string.Join('\n', store.Current.Problems.Select(problem => $"  {problem}"));
        throw new StartRefusedException($"{store.Current.Path} cannot be used:\n{list}");
    }

    /// <summary>Finds or makes the shared secret. Throws <see cref="StartRefusedException"/>.</summary>
    public GatewaySecret ResolveSecret(ConfigSnapshot snapshot)
    {
        try
        {
            return GatewayTokenSource.Resolve(snapshot.Config, snapshot.Environment, Paths, _options.Token);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException(
                $"The token file {Paths.TokenPath} cannot be used: {refused.Message} Make it readable for this user.",
                inner: refused);
        }
    }

    private static ProcessEnvironment WithFlags(ProcessEnvironment environment, GatewayRunOptions options)
    {
        var values = new Dictionary<string, string>(environment.Values, StringComparer.Ordinal);
        Set("OPENCLAW_GATEWAY_PORT", options.Port?.ToString(CultureInfo.InvariantCulture));
        Set("OPENCLAW_GATEWAY_BIND", options.Bind);
        Set("OPENCLAW_GATEWAY_PASSWORD", options.Password);
        Set("OPENCLAW_GATEWAY_AUTH_MODE", options.AuthMode);
        Set("OPENCLAW_LOG_LEVEL", options.Verbose ? "debug" : options.LogLevel);
        return new ProcessEnvironment(values, environment.WorkingDirectory, environment.FallbackHome);

        void Set(string name, string? value)
        {
            if (value is not null)
            {
                values[name] = value;
            }
        }
    }
}
