using System.Text.Json;
using OpenClaw.Edge.Cli;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.TestKit;
using Xunit;

namespace OpenClaw.Edge.Tests.Cli;

/// <summary>One command line in this process, with everything it may touch made by the test.</summary>
internal sealed class CliRun : IDisposable
{
    private readonly Dictionary<string, string> _environment = new(StringComparer.Ordinal);

    public CliRun(ScriptedGateway? gateway = null)
    {
        _environment["HOME"] = Home.Root;
        if (gateway is not null)
        {
            _environment["OPENCLAW_GATEWAY_PORT"] = gateway.Port.ToString();
            _environment["OPENCLAW_GATEWAY_TOKEN"] = ScriptedGateway.Token;
        }
    }

    public TempDir Home { get; } = new();

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    public TextReader In { get; init; } = new StringReader("");

    public bool Terminal { get; init; }

    public bool InIsTerminal { get; init; }

    public int Width { get; init; } = 80;

    public WatchedWriter Out { get; } = new();

    public WatchedWriter Error { get; } = new();

    public GatewayRunOptions? RunWith { get; private set; }

    public JsonElement Json
    {
        get
        {
            using JsonDocument document = JsonDocument.Parse(Out.ToString());
            return document.RootElement.Clone();
        }
    }

    public JsonElement[] Lines => [.. Out.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line =>
    {
        using JsonDocument document = JsonDocument.Parse(line);
        return document.RootElement.Clone();
    })];

    public CliRun With(string variable, string value)
    {
        _environment[variable] = value;
        return this;
    }

    public CliWorld World() => new()
    {
        LookAtMcp = OpenClaw.Edge.Hosting.McpLook.LookAsync,
        Terminal = new CliTerminal
        {
            Out = Out,
            Error = Error,
            In = In,
            OutIsTerminal = Terminal,
            ErrorIsTerminal = Terminal,
            InIsTerminal = InIsTerminal,
            Width = Width,
        },
        Clock = Clock,
        Environment = new ProcessEnvironment(_environment, Home.Root),
        RunGateway = (options, _) =>
        {
            RunWith = options;
            return Task.FromResult(0);
        },
    };

    public Task<int> InvokeAsync(params string[] args) =>
        CommandLine.InvokeAsync(args, World(), TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(20));

    public void Dispose() => Home.Dispose();
}
