using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Automation;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Diagnostics;
using OpenClaw.Edge.Hosting;
using OpenClaw.Edge.Http;
using OpenClaw.Edge.Platform;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Security;
using OpenClaw.Edge.Security.Tls;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.Storage;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.TestKit.Models;
using OpenClaw.Edge.Tools;
using Xunit;

namespace OpenClaw.Edge.Tests.Http;

/// <summary>The HTTP front on a real port, in front of a scripted model server, a real store and real turns. The provider
/// <c>local</c> is the scripted server by pass-through, <c>script</c> is what the test writes, <c>demo</c> is built in.</summary>
internal sealed class HttpHost : IAsyncDisposable
{
    public const string Token = "0123456789abcdef0123456789abcdef";

    private readonly FailureLog _log = new();
    private readonly TempDir _directory;
    private readonly EdgeDatabase _database;
    private readonly ModelRouter _router;
    private readonly ProviderHttp _providerHttp;
    private readonly Heartbeat _heartbeat;
    private readonly HttpFront _front;
    private readonly KestrelListener _listener;
    private readonly TlsIdentity _tls;
    private readonly DevicePairing _devices;

    private HttpHost(TempDir directory, TimeProvider clock, EdgeConfig config, IReadOnlyList<ModelProviderEntry>? extra)
    {
        _directory = directory;
        Config = config;
        Strain = new MachineStrain(new MemoryPressure(() => Memory, static () => { }, clock), new Thermometer(directory.PathOf("thermal"), () => 80, clock), () => true);
        Models = ScriptedModelServer.Start();
        _providerHttp = new ProviderHttp();
        _database = EdgeDatabase.Open(Path.Combine(directory.Root, "state.sqlite"), clock, NullLogger.Instance);
        Sessions = new SessionStore(_database, clock);
        ModelProviderEntry script = new()
        {
            Id = "script",
            Api = "openai-completions",
            BaseUri = new Uri("http://script.invalid/"),
            Provider = Script,
            Local = true,
        };
        ModelProviderEntry local = new()
        {
            Id = "local",
            Api = "openai-completions",
            BaseUri = Models.BaseUri,
            Provider = new ListedProvider(Models),
            Local = true,
            PassThrough = new PassThroughTarget(
                new Uri(Models.BaseUri, "/v1/"), [new KeyValuePair<string, string>("Authorization", "Bearer upstream-key")]),
        };
        Catalog = ProviderCatalog.Of([local, script, .. extra ?? []], "demo/assistant", clock);
        _router = new ModelRouter(Catalog, clock, NullLoggerFactory.Instance);
        Lifecycle = new Lifecycle(clock);
        Lifecycle.MarkStarted();
        Agents = new AgentCatalog(
        [
            new AgentEntry { Id = "main", Name = "Main", Workspace = directory.Root, Model = "script/model", IsDefault = true },
            new AgentEntry { Id = "second", Name = "Second", Workspace = directory.Root, Model = "demo/assistant" },
        ]);
        RunEventHub events = new();
        Runs = new RunRegistry(new AgentRuntime
        {
            Config = () => Config,
            Agents = () => Agents,
            Sessions = Sessions,
            Models = _router,
            Tools = new ToolRegistry([]),
            Events = events,
            Time = clock,
            Loggers = NullLoggerFactory.Instance,
        });
        _heartbeat = new Heartbeat(Runs, Sessions, new SystemEvents(clock), () => Config, () => Agents, clock, NullLogger.Instance);
        _heartbeat.Start();
        _tls = new TlsIdentity(directory.PathOf("tls"), () => Config.Gateway.Tls, HostNames.OfThisMachine, clock, NullLogger.Instance);
        _devices = new DevicePairing(_database, directory.PathOf("device-tokens.key"), clock);
        _front = new HttpFront(new HttpFrontParts
        {
            Clock = clock,
            Lifecycle = Lifecycle,
            Health = Health,
            Logs = _log,
            Config = () => Config,
            Authenticator = new GatewayAuthenticator(
                () => new GatewaySecret { Token = AuthMode == "token" ? Token : null, Password = Password, AuthMode = AuthMode, Source = "test" }, () => Config, clock),
            Models = _router,
            ProviderHttp = _providerHttp,
            Agents = () => Agents,
            Runs = Runs,
            Events = events,
            Sessions = Sessions,
            Tools = new ToolInvocation(new ToolRegistry(BuiltInTools.All)),
            Hooks = new HookDispatch(Runs, _heartbeat, () => Config, () => Agents, clock, NullLogger.Instance),
            Kept = new IdempotencyStore(_database, clock),
            DeviceScopes = token => token == "device-token-of-a-page" ? ScopeSet.Of(["operator.read"]) : null,
            DatabaseOpen = () => DatabaseOpen,
            Tls = _tls,
            Strain = Strain,
            Browsers = new BrowserPairing(_devices, () => false, static _ => { }, clock),
        });
        _listener = new KestrelListener(
            [new IPEndPoint(IPAddress.Loopback, 0)], OpenClaw.Edge.Platform.InheritedListeners.Take(_ => null, 0), new TlsFront(_tls, clock, NullLogger.Instance), NullLoggerFactory.Instance);
    }

    public EdgeConfig Config { get; set; }

    public string AuthMode { get; set; } = "token";

    /// <summary>What the machine has of memory, as the front sees it.</summary>
    public MachineMemory Memory { get; set; } = new(1L << 30, 1L << 29);

    public MachineStrain Strain { get; }

    public string? Password { get; set; }

    public ScriptedModelServer Models { get; }

    /// <summary>The model of the default agent.</summary>
    public ScriptedProvider Script { get; } = new();

    public SessionStore Sessions { get; }

    public ProviderCatalog Catalog { get; }

    public AgentCatalog Agents { get; }

    public RunRegistry Runs { get; }

    public Lifecycle Lifecycle { get; }

    public HealthBoard Health { get; } = new();

    public bool DatabaseOpen { get; set; } = true;

    public Uri BaseUri => _listener.Addresses[0];

    public HttpClient Client { get; private set; } = null!;

    public static async Task<HttpHost> StartAsync(
        EdgeConfig? config = null,
        TimeProvider? clock = null,
        IReadOnlyList<ModelProviderEntry>? extra = null)
    {
        HttpHost host = new(new TempDir(), clock ?? TimeProvider.System, config ?? new EdgeConfig(), extra);
        await host._listener.StartAsync(
            static context => context.Response.WriteAsync("upgrade"),
            host._front.HandleAsync,
            NullLogger.Instance,
            CancellationToken.None);
        // A client that leaves closes its connection, and does not read on for two seconds in the hope to keep it.
        SocketsHttpHandler handler = new() { MaxResponseDrainSize = 0, ResponseDrainTimeout = TimeSpan.Zero };
        host.Client = new HttpClient(handler) { BaseAddress = host.BaseUri, Timeout = TimeSpan.FromSeconds(30) };
        host.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        return host;
    }

    /// <summary>Answers a request that came by no connection.</summary>
    public Task HandleAsync(HttpContext context) => _front.HandleAsync(context);

    public Task<HttpResponseMessage> PostAsync(string path, string json, CancellationToken cancellationToken = default)
    {
        HttpRequestMessage request = new(HttpMethod.Post, path)
        {
            Content = new StringContent(json, Encoding.UTF8, "application/json"),
        };
        return Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    public Task<HttpResponseMessage> ChatAsync(string json, CancellationToken cancellationToken = default) =>
        PostAsync("/v1/chat/completions", json, cancellationToken);

    public static async Task<JsonElement> JsonOf(HttpResponseMessage response)
    {
        using JsonDocument document = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return document.RootElement.Clone();
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        using CancellationTokenSource now = new(TimeSpan.FromSeconds(2));
        await _listener.StopAsync(now.Token);
        await _listener.DisposeAsync();
        _front.Dispose();
        await _heartbeat.DisposeAsync();
        _tls.Dispose();
        Strain.Dispose();
        await Runs.DisposeAsync();
        await _router.DisposeAsync();
        await Models.DisposeAsync();
        _providerHttp.Dispose();
        await _devices.DisposeAsync();
        await _database.DisposeAsync();
        _directory.Dispose();
        _log.Dispose();
        Assert.Equal("", string.Join("\n", _log.Failures));
    }
}
