using System.CommandLine;

namespace OpenClaw.Edge.Cli;

/// <summary>The options that every command understands, before or after its name.</summary>
public sealed class CliOptions
{
    /// <summary>Gateway to talk to.</summary>
    public Option<string?> Url { get; } = Text("--url", "url", "Gateway to talk to, as ws://host:port");

    /// <summary>Port of the local gateway, or the one to listen on.</summary>
    public Option<int?> Port { get; } = new("--port")
    {
        Description = "Port of the local gateway (default 18789)",
        HelpName = "port",
        Recursive = true,
    };

    /// <summary>Shared token.</summary>
    public Option<string?> Token { get; } = Text("--token", "token", "Gateway token");

    /// <summary>Shared password.</summary>
    public Option<string?> Password { get; } = Text("--password", "password", "Gateway password");

    /// <summary>Isolated state directory beside the default one.</summary>
    public Option<string?> Profile { get; } = Text("--profile", "name", "Use the state directory ~/.openclaw-<name>");

    /// <summary>State directory.</summary>
    public Option<string?> StateDir { get; } = Text("--state-dir", "dir", "State directory (default ~/.openclaw)");

    /// <summary>Configuration file.</summary>
    public Option<string?> Config { get; } = Text("--config", "file", "Configuration file (default openclaw.json there)");

    /// <summary>How much is logged.</summary>
    public Option<string?> LogLevel { get; } =
        Text("--log-level", "level", "trace, debug, info, warn, error or silent");

    /// <summary>Longest wait for the gateway, in milliseconds.</summary>
    public Option<int?> Timeout { get; } = new("--timeout")
    {
        Description = "Longest wait for an answer (default 10000)",
        HelpName = "ms",
        Recursive = true,
    };

    /// <summary>One JSON document instead of text.</summary>
    public Option<bool> Json { get; } = new("--json") { Description = "Print JSON", Recursive = true };

    /// <summary>Text without colour.</summary>
    public Option<bool> NoColor { get; } = new("--no-color") { Description = "Never use colour", Recursive = true };

    /// <summary>The original's development profile.</summary>
    public Option<bool> Dev { get; } = new("--dev")
    {
        Description = "Profile dev, on port 19001",
        Recursive = true,
    };

    /// <summary>All of them, in the order of the help.</summary>
    public IEnumerable<Option> All =>
        [Url, Port, Token, Password, Profile, Dev, StateDir, Config, LogLevel, Timeout, Json, NoColor];

    private static Option<string?> Text(string name, string value, string description) =>
        new(name) { Description = description, HelpName = value, Recursive = true };
}
