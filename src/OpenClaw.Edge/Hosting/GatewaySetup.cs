using System.Globalization;
using OpenClaw.Edge.Cli;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Security;

namespace OpenClaw.Edge.Hosting;

/// <summary>What is decided before anything is opened: places, configuration, secret. Flags win over the environment, and
/// that over the file, because they are laid over it here, at every load.</summary>
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

    /// <summary>Reads the configuration as it is on disk now.</summary>
    public ConfigSnapshot Load()
    {
        ConfigSnapshot snapshot = ConfigLoader.Load(Paths, Environment);
        return _options.AuthMode is not { } mode
            ? snapshot
            : snapshot with
            {
                Config = snapshot.Config with
                {
                    Gateway = snapshot.Config.Gateway with { Auth = snapshot.Config.Gateway.Auth with { Mode = mode } },
                },
            };
    }

    /// <summary>Reads the configuration for a start. A file that cannot be used gives way to the last good one, loudly;
    /// without that, the start is refused with every problem listed.</summary>
    public ConfigSnapshot LoadForStart()
    {
        ConfigSnapshot snapshot = Load();
        if (snapshot.Valid)
        {
            return snapshot;
        }

        string list = string.Join('\n', snapshot.Problems.Select(problem => $"  {problem}"));
        throw new StartRefusedException($"{snapshot.Path} cannot be used:\n{list}");
    }

    /// <summary>Finds or makes the shared secret.</summary>
    public GatewaySecret ResolveSecret(EdgeConfig config)
    {
        try
        {
            return GatewayTokenSource.Resolve(config, Environment, Paths, _options.Token);
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
