using System.CommandLine;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary>The flags of <c>gateway run</c>: the original's, of which those that make no sense in a native binary are
/// accepted and do nothing.</summary>
internal sealed class GatewayRunFlags(CliOptions shared)
{
    private readonly Option<string?> _bind = new("--bind")
    {
        Description = "loopback (default), lan, tailnet, auto, custom, or an address",
        HelpName = "mode",
    };

    private readonly Option<string?> _auth = new("--auth")
    {
        Description = "none, token, password or trusted-proxy",
        HelpName = "mode",
    };

    private readonly Option<string?> _passwordFile = new("--password-file")
    {
        Description = "Read the password from a file",
        HelpName = "file",
    };

    private readonly Option<string?> _message = new("--message", "-m")
    {
        Description = "Answer one message on standard output, then stop",
        HelpName = "text",
    };

    private readonly Option<bool> _verbose = new("--verbose") { Description = "Show debug lines too" };

    private readonly Option[] _ignored =
    [
        new Option<bool>("--allow-unconfigured") { Hidden = true },
        new Option<bool>("--force") { Hidden = true },
        new Option<bool>("--reset") { Hidden = true },
        new Option<bool>("--ambient-channels", "--dev-ambient-channels") { Hidden = true },
        new Option<bool>("--cli-backend-logs", "--claude-cli-logs") { Hidden = true },
        new Option<bool>("--compact") { Hidden = true },
        new Option<bool>("--raw-stream") { Hidden = true },
        new Option<string?>("--raw-stream-path") { Hidden = true },
        new Option<string?>("--tailscale") { Hidden = true },
        new Option<string?>("--ws-log") { Hidden = true },
    ];

    public void AddTo(Command command)
    {
        command.Add(_bind);
        command.Add(_auth);
        command.Add(_passwordFile);
        command.Add(_message);
        command.Add(_verbose);
        foreach (Option option in _ignored)
        {
            command.Add(option);
        }
    }

    public GatewayRunOptions Read(ParseResult parsed) => new()
    {
        Port = parsed.GetValue(shared.Port),
        Bind = parsed.GetValue(_bind),
        Token = parsed.GetValue(shared.Token),
        Password = parsed.GetValue(shared.Password) ?? PasswordFrom(parsed.GetValue(_passwordFile)),
        AuthMode = parsed.GetValue(_auth),
        ConfigPath = parsed.GetValue(shared.Config),
        StateDir = parsed.GetValue(shared.StateDir),
        Profile = parsed.GetValue(shared.Profile) ?? (parsed.GetValue(shared.Dev) ? "dev" : null),
        LogLevel = parsed.GetValue(shared.LogLevel),
        Verbose = parsed.GetValue(_verbose),
        Message = parsed.GetValue(_message),
        AllowUnconfigured = parsed.GetValue((Option<bool>)_ignored[0]),
    };

    private static string? PasswordFrom(string? path)
    {
        if (path is null)
        {
            return null;
        }

        try
        {
            string password = File.ReadAllText(path).Trim();
            return password.Length > 0
                ? password
                : throw new CliException(ExitCode.Usage, $"--password-file: {path} is empty; write the password into it");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.Usage, $"--password-file: {path} cannot be read: {e.Message}");
        }
    }
}
