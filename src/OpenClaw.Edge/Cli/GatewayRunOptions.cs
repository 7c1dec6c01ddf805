namespace OpenClaw.Edge.Cli;

/// <summary>What the command line asks of a gateway that is to be started. Everything absent is decided by environment
/// and configuration.</summary>
public sealed record GatewayRunOptions
{
    /// <summary>TCP port, 0 for any free one.</summary>
    public int? Port { get; init; }

    /// <summary><c>loopback</c>, <c>lan</c>, <c>tailnet</c>, <c>auto</c>, <c>custom</c>, or an address.</summary>
    public string? Bind { get; init; }

    /// <summary>Shared token that clients must present.</summary>
    public string? Token { get; init; }

    /// <summary>Shared password that clients must present.</summary>
    public string? Password { get; init; }

    /// <summary><c>none</c>, <c>token</c>, <c>password</c> or <c>trusted-proxy</c>.</summary>
    public string? AuthMode { get; init; }

    /// <summary>The configuration file.</summary>
    public string? ConfigPath { get; init; }

    /// <summary>The state directory.</summary>
    public string? StateDir { get; init; }

    /// <summary>Name of an isolated state directory beside the default one.</summary>
    public string? Profile { get; init; }

    /// <summary><c>trace</c>, <c>debug</c>, <c>info</c>, <c>warn</c>, <c>error</c> or <c>silent</c>.</summary>
    public string? LogLevel { get; init; }

    /// <summary>Whether the console shows debug lines too.</summary>
    public bool Verbose { get; init; }

    /// <summary>One message to answer on standard output, after which the gateway stops.</summary>
    public string? Message { get; init; }

    /// <summary>Accepted for the original's scripts: this gateway never demands <c>gateway.mode</c>.</summary>
    public bool AllowUnconfigured { get; init; }
}
