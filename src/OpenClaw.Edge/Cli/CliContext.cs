using System.CommandLine;
using System.Text.Json;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Platform;
using OpenClaw.Edge.Security;

namespace OpenClaw.Edge.Cli;

/// <summary>One invocation: its options read, the configuration loaded when it is first asked for, and the way to the
/// gateway.</summary>
internal sealed class CliContext
{
    private const int DefaultTimeoutMs = 10_000;
    private const int DevPort = 19001;

    private readonly CliOptions _shared;
    private readonly CliWorld _world;
    private StatePaths? _paths;
    private ConfigSnapshot? _config;
    private GatewayTarget? _target;
    private ClientIdentity? _identity;

    public CliContext(ParseResult parsed, CliOptions shared, CliWorld world)
    {
        Parsed = parsed;
        _shared = shared;
        _world = world;
        Json = parsed.GetValue(shared.Json);
        bool noColor = parsed.GetValue(shared.NoColor) || Json;
        Paint = Paint.For(world.Terminal.OutIsTerminal, noColor, world.Environment);
        ErrorPaint = Paint.For(world.Terminal.ErrorIsTerminal, noColor, world.Environment);
    }

    public ParseResult Parsed { get; }

    public bool Json { get; }

    public Paint Paint { get; }

    public Paint ErrorPaint { get; }

    public CliTerminal Terminal => _world.Terminal;

    public TimeProvider Clock => _world.Clock;

    public ProcessEnvironment Environment => _world.Environment;

    /// <summary>Width for tables: 0, which cuts nothing, when no person looks.</summary>
    public int TableWidth => Terminal.OutIsTerminal ? Terminal.Width : 0;

    public StatePaths Paths => _paths ??= StatePaths.Resolve(
        _world.Environment, Parsed.GetValue(_shared.Config), Parsed.GetValue(_shared.StateDir), Profile);

    public ConfigSnapshot Config => _config ??= LoadConfig();

    public GatewayTarget Target => _target ??= FindTarget();

    /// <summary>Whether the gateway that is meant is this machine's; its token is not looked for.</summary>
    public bool IsLocal => Parsed.GetValue(_shared.Url) is null
        && (Parsed.GetValue(_shared.Port) is not null
            || (Environment["OPENCLAW_GATEWAY_URL"] is null && Config.Config.Gateway is not { Mode: "remote", Remote.Url.Length: > 0 }));

    public string? Profile => Parsed.GetValue(_shared.Profile) ?? (Parsed.GetValue(_shared.Dev) ? "dev" : null);

    public TimeSpan Timeout => TimeSpan.FromMilliseconds(TimeoutMs ?? DefaultTimeoutMs);

    /// <summary>The timeout as it was asked for.</summary>
    public int? TimeoutMs => Parsed.GetValue(_shared.Timeout) is not { } given ? null
        : given > 0 ? given
        : throw new CliException(ExitCode.Usage, $"--timeout: {given} is not a time; give milliseconds above 0");

    /// <summary>The port of the gateway on this machine.</summary>
    public int LocalPort => Parsed.GetValue(_shared.Port) is { } flag ? Port(flag, "--port")
        : int.TryParse(Environment.First("OPENCLAW_GATEWAY_PORT"), out int named) ? Port(named, "OPENCLAW_GATEWAY_PORT")
        : Parsed.GetValue(_shared.Dev) ? DevPort
        : Config.Config.Gateway.Port;

    /// <summary>The port that was given by hand.</summary>
    public int? NamedPort => Parsed.GetValue(_shared.Port) is { } flag ? Port(flag, "--port") : null;

    /// <summary>The token that was given by hand.</summary>
    public string? NamedToken => Parsed.GetValue(_shared.Token);

    /// <summary>The password that was given by hand.</summary>
    public string? NamedPassword => Parsed.GetValue(_shared.Password);

    /// <summary>This machine's key, where the gateway is another machine or nothing but the key opens it; null where a secret does.</summary>
    public ClientIdentity? Identity => Target.Uri.IsLoopback && (Target.Token is not null || Target.Password is not null)
        ? null
        : _identity ??= ClientIdentity.Open(Paths.StateDir, Clock, mayMake: !Target.Uri.IsLoopback);

    /// <summary>Connects with the given scopes.</summary>
    public Task<GatewayClient> ConnectAsync(
        IReadOnlyList<string> scopes,
        CancellationToken cancellationToken,
        IReadOnlyList<string>? caps = null,
        Action<GatewayEvent>? onEvent = null) =>
        GatewayClient.ConnectAsync(
            Target,
            new GatewayConnectOptions { Scopes = scopes, Caps = caps ?? [], Timeout = Timeout, OnEvent = onEvent, Identity = Identity },
            Clock,
            cancellationToken);

    /// <summary>Connects, calls one method, disconnects.</summary>
    public async Task<JsonElement> CallAsync(
        string method,
        IReadOnlyList<string> scopes,
        CancellationToken cancellationToken,
        Action<Utf8JsonWriter>? parameters = null)
    {
        await using GatewayClient client = await ConnectAsync(scopes, cancellationToken);
        return await client.CallAsync(method, parameters, Timeout, cancellationToken);
    }

    /// <summary>Looks at an MCP server, and opens it when asked to.</summary>
    public Task<McpReport> LookAtMcpAsync(McpServerConfig server, bool connect, CancellationToken cancellationToken) =>
        (_world.LookAtMcp ?? throw new CliException(ExitCode.Failed, "MCP servers cannot be looked at here"))(server, Config.Environment, Clock, connect, cancellationToken);

    /// <summary>Writes a line of the answer.</summary>
    public void Say(string line) => Terminal.Say(line);

    /// <summary>Writes a line that is not the answer.</summary>
    public void Note(string line) => Terminal.Note(line);

    /// <summary>Prints one JSON document.</summary>
    public void Print(JsonElement document) => Print(document.WriteTo);

    /// <summary>Prints one JSON document.</summary>
    public void Print(Action<Utf8JsonWriter> write) => Say(JsonText.Write(write));

    /// <summary>Prints one line of NDJSON.</summary>
    public void PrintLine(Action<Utf8JsonWriter> write)
    {
        Say(JsonText.Write(write, oneLine: true));
        Terminal.Out.Flush();
    }

    // What the start read once (half of what a command would take) goes back before the work begins.
    private ConfigSnapshot LoadConfig()
    {
        ImagePages.Release();
        return ConfigLoader.Load(Paths, _world.Environment);
    }

    private static int Port(int port, string from) => port is > 0 and <= 65535
        ? port
        : throw new CliException(ExitCode.Usage, $"{from}: {port} is not a port; give 1 to 65535");

    // Source: the original's order. An address given by hand never receives the credentials of this machine.
    private GatewayTarget FindTarget()
    {
        string? token = Parsed.GetValue(_shared.Token);
        string? password = Parsed.GetValue(_shared.Password);
        if (Parsed.GetValue(_shared.Url) is { } url)
        {
            return Parsed.GetValue(_shared.Port) is not null
                ? throw new CliException(ExitCode.Usage, "--url and --port name two gateways; give one of them")
                : token is null && password is null && !HasToken(url)
                ? throw new CliException(
                    ExitCode.Usage,
                    "--url needs --token or --password: the credentials of this machine are not sent to an address given by hand")
                : new GatewayTarget(Parse(url, "--url"), token, password, "--url", Local: false);
        }

        if (Parsed.GetValue(_shared.Port) is null)
        {
            if (Environment["OPENCLAW_GATEWAY_URL"] is { } named)
            {
                token ??= Environment["OPENCLAW_GATEWAY_TOKEN"];
                password ??= Environment["OPENCLAW_GATEWAY_PASSWORD"];
                return new GatewayTarget(
                    Parse(named, "OPENCLAW_GATEWAY_URL"), token, password, "OPENCLAW_GATEWAY_URL", Local: false);
            }

            GatewayConfig gateway = Config.Config.Gateway;
            if (gateway is { Mode: "remote", Remote.Url: { Length: > 0 } remote })
            {
                return new GatewayTarget(
                    Parse(remote, "gateway.remote.url"),
                    token ?? Environment["OPENCLAW_GATEWAY_TOKEN"] ?? gateway.Remote.Token,
                    password ?? Environment["OPENCLAW_GATEWAY_PASSWORD"] ?? gateway.Remote.Password,
                    "gateway.remote.url",
                    Local: false);
            }
        }

        Uri uri = new($"ws://127.0.0.1:{LocalPort}/");
        if (token is not null || password is not null)
        {
            return new GatewayTarget(uri, token, password, "this machine", Local: true);
        }

        GatewaySecret secret = Secret();
        return new GatewayTarget(uri, secret.Token, secret.Password, "this machine", Local: true);
    }

    // A gateway that has paired this machine knows its key; no secret of this machine is sent there.
    private bool HasToken(string url) =>
        ClientIdentity.Open(Paths.StateDir, Clock, mayMake: false)?.TokenFor(new GatewayTarget(Parse(url, "--url"), null, null, "--url", Local: false), "operator") is not null;

    private Uri Parse(string text, string from) => GatewayTarget.TryParse(text, Config.Config.Gateway.Port, out Uri uri)
        ? uri
        : throw new CliException(ExitCode.Usage, $"{from}: '{text}' is not an address; write ws://host:18789");

    private GatewaySecret Secret()
    {
        try
        {
            return GatewayTokenSource.Resolve(Config.Config, Config.Environment, Paths, mayGenerate: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(
                ExitCode.Unauthorized,
                $"the gateway token cannot be read: {e.Message.TrimEnd('.')}; run this as the gateway's user, or give --token");
        }
    }
}
