using System.Buffers.Text;
using System.CommandLine;
using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Cli.Runs;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw node</c>: this machine as the hands of a gateway on another.</summary>
internal static class NodeCommand
{
    private const int DefaultPort = 18789;

    public static Command Create(CliOptions shared, CliWorld world) => new Command("node", "Make this machine a node of a gateway")
    {
        Run(shared, world),
        new Command("identity", "Print this machine's device id and public key").Does(shared, world, IdentityAsync),
    }.ShowsHelp(world);

    private static Command Run(CliOptions shared, CliWorld world)
    {
        Option<string?> host = new("--host") { Description = "The gateway's machine; the configured gateway when left out", HelpName = "host" };
        Option<bool> tls = new("--tls") { Description = "Connect with TLS" };
        Option<string?> name = new("--display-name") { Description = "Name to show", HelpName = "name" };
        Option<string[]> commands = new("--commands") { Description = "Do only these (default: run commands)", HelpName = "list", AllowMultipleArgumentsPerToken = false };
        Option<string?> pair = new("--pair") { Description = "Setup code of 'openclaw qr' on the gateway", HelpName = "code" };
        return new Command("run", "Connect and do what the gateway asks, in the foreground") { host, tls, name, commands, pair }.Does(
            shared, world, async (context, cancellationToken) =>
            {
                if (world.OpenNode is not { } open)
                {
                    throw new CliException(ExitCode.Failed, "this program cannot be a node");
                }

                ClientIdentity identity = IdentityOf(context);
                (GatewayTarget target, string? invitation) = TargetOf(context, context.Parsed.GetValue(host), context.Parsed.GetValue(tls), context.Parsed.GetValue(pair));
                string[] does = [.. (context.Parsed.GetValue(commands) ?? []).SelectMany(list => list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];
                using TerminationSignals signals = new(cancellationToken);
                await using INodeWork work = open(context.Paths, () => context.Config, context.Clock);
                if (does.FirstOrDefault(command => !work.Commands.Contains(command)) is { } unknown)
                {
                    throw new CliException(ExitCode.Usage, $"--commands: '{unknown}' does not exist; there are {string.Join(", ", work.Commands)}");
                }

                return await new NodeLink(
                    context, target,
                    new GatewayConnectOptions
                    {
                        Scopes = [],
                        Mode = "node",
                        ClientId = "node-host",
                        Role = "node",
                        DisplayName = context.Parsed.GetValue(name) ?? Environment.MachineName,
                        Caps = ["system"],
                        Commands = does.Length > 0 ? does : work.Offered,
                        // The invitation is used up by the first connection; the token that it brought opens the next.
                        BootstrapToken = invitation is not null && identity.TokenFor(target, "node") is null ? invitation : null,
                        Identity = identity,
                        Timeout = context.Timeout,
                    },
                    work).RunAsync(signals.Token);
            });
    }

    private static Task<int> IdentityAsync(CliContext context, CancellationToken cancellationToken)
    {
        ClientIdentity identity = IdentityOf(context);
        if (context.Json)
        {
            context.Print(json =>
            {
                json.WriteStartObject();
                json.WriteString("deviceId"u8, identity.DeviceId);
                json.WriteString("publicKey"u8, identity.PublicKey);
                json.WriteEndObject();
            });
        }
        else
        {
            context.Say($"device id   {identity.DeviceId}");
            context.Say($"public key  {identity.PublicKey}");
        }

        return Task.FromResult((int)ExitCode.Ok);
    }

    private static ClientIdentity IdentityOf(CliContext context) => ClientIdentity.Open(context.Paths.StateDir, context.Clock)
        ?? throw new CliException(ExitCode.Failed, "libcrypto is missing on this machine; install OpenSSL 1.1.1 or newer (package libssl3)");

    private static (GatewayTarget Target, string? Invitation) TargetOf(CliContext context, string? host, bool tls, string? pair)
    {
        if (pair is not null)
        {
            try
            {
                using JsonDocument code = JsonDocument.Parse(Base64Url.DecodeFromChars(pair.Trim()));
                string url = code.RootElement.Text("url") ?? "";
                return GatewayTarget.TryParse(url, DefaultPort, out Uri uri) && code.RootElement.Text("bootstrapToken") is { } token
                    ? (new GatewayTarget(uri, null, null, "--pair", Local: false), token)
                    : throw new JsonException("it names no gateway");
            }
            catch (Exception broken) when (broken is FormatException or JsonException or DecoderFallbackException)
            {
                throw new CliException(ExitCode.Usage, $"--pair: this is no setup code ({broken.Message}); print one on the gateway with 'openclaw qr --access node'");
            }
        }

        if (host is null)
        {
            return (context.Target, null);
        }

        // A host given by hand gets no secret of this machine's own gateway.
        string named = $"{(tls ? "wss" : "ws")}://{host}:{context.NamedPort ?? DefaultPort}";
        return GatewayTarget.TryParse(named, DefaultPort, out Uri given)
            ? (new GatewayTarget(
                given, context.NamedToken ?? context.Environment["OPENCLAW_GATEWAY_TOKEN"], context.NamedPassword ?? context.Environment["OPENCLAW_GATEWAY_PASSWORD"],
                "--host", Local: false), null)
            : throw new CliException(ExitCode.Usage, $"--host: '{host}' is not a host");
    }
}
