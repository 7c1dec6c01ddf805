using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Cli;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Hosting;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.TestKit.Gateways;

namespace OpenClaw.Edge.Tests.Functional;

/// <summary>A gateway under test: in this process, or the published binary as a child when <c>OPENCLAW_BIN</c> names it. Tests see no difference.</summary>
public sealed class RunningGateway : IAsyncDisposable
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false, ResponseDrainTimeout = TimeSpan.Zero }) { Timeout = TimeSpan.FromSeconds(30) };
    private readonly MemoryStream console = new();
    private EdgeHost? host;
    private GatewayProcess? process;
    private ManualTimeProvider? manual;

    private RunningGateway(GatewayHome home) => Home = home;

    /// <summary>The binary, or null for gateways in this process.</summary>
    public static string? Binary => Environment.GetEnvironmentVariable("OPENCLAW_BIN") is { Length: > 0 } path ? path : null;

    /// <summary>What it owns on disk.</summary>
    public GatewayHome Home { get; }

    /// <summary>Where it listens.</summary>
    public Uri BaseUri => process?.BaseUri ?? host!.Addresses[0];

    /// <summary>The child process; null in process.</summary>
    public GatewayProcess? Process => process;

    /// <summary>What it has written to its console so far.</summary>
    public string Output => process?.Output ?? Encoding.UTF8.GetString(console.ToArray());

    /// <summary>Starts a gateway on <paramref name="home"/>. Throws with the reason when it refuses to start. A <paramref name="clock"/>
    /// of the test needs a gateway in this process, else the test is skipped.</summary>
    public static async Task<RunningGateway> StartAsync(GatewayHome home, string workingDirectory = "/", TimeProvider? clock = null)
    {
        RunningGateway gateway = new(home) { manual = clock as ManualTimeProvider };
        Xunit.Assert.SkipWhen(clock is not null && Binary is not null, "the clock of another process cannot be moved");
        if (Binary is { } binary)
        {
            gateway.process = await GatewayProcess.StartAsync(binary, home, workingDirectory);
        }
        else
        {
            ProcessEnvironment environment = new(home.Variables, workingDirectory, home.Root);
            gateway.host = await EdgeHost.StartAsync(new GatewayRunOptions { Port = 0 }, environment, gateway.console, clock ?? TimeProvider.System, CancellationToken.None);
        }

        return gateway;
    }

    /// <summary>Stops it as systemd does: SIGTERM to the process, or the same sequence in this one.</summary>
    public async Task StopAsync()
    {
        if (process is not null)
        {
            int code = await process.StopAsync();
            Xunit.Assert.True(code == 0, $"exit code {code}: {process.Output}");
        }

        if (host is not null)
        {
            await StopHostAsync(host);
        }
    }

    /// <summary>Makes it read its configuration again, as SIGHUP asks.</summary>
    public async Task ReloadAsync()
    {
        process?.Signal(1);
        if (host is not null)
        {
            await host.ReloadAsync(CancellationToken.None);
        }
    }

    /// <summary>Bytes that the gateway holds: private pages of the child, or what this process keeps after a full collection.</summary>
    public long SettledMemory()
    {
        if (process is null)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return GC.GetTotalMemory(forceFullCollection: true);
        }

        string line = File.ReadLines($"/proc/{process.Id}/smaps_rollup").First(text => text.StartsWith("Private_Dirty:", StringComparison.Ordinal));
        return 1024 * long.Parse(line.AsSpan(14).Trim().TrimEnd("kB "), System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>Connects a WebSocket client with the home's token.</summary>
    public Task<GatewayTestClient> ConnectAsync(params string[] scopes) => GatewayTestClient.ConnectAsync(BaseUri, Home.Token, scopes);

    /// <summary>Runs <c>openclaw</c> with <paramref name="args"/> as a person on this machine does: same state directory, this gateway's port.</summary>
    public Task<CommandRun> RunAsync(params string[] args) => CommandRun.OfAsync(CommandVariables, args);

    /// <summary>The environment of <see cref="RunAsync"/>.</summary>
    public Dictionary<string, string> CommandVariables => new(Home.Variables) { ["OPENCLAW_GATEWAY_PORT"] = $"{BaseUri.Port}" };

    /// <summary>Sends an HTTP request; with a bearer token unless <paramref name="token"/> is empty.</summary>
    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, string? json = null, string? token = null, Action<HttpRequestMessage>? change = null, bool headersOnly = false, CancellationToken cancel = default)
    {
        using HttpRequestMessage request = new(method, new Uri(BaseUri, path));
        if (token is null || token.Length > 0)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token ?? Home.Token);
        }

        if (json is not null)
        {
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        }

        change?.Invoke(request);
        return await Http.SendAsync(request, headersOnly ? HttpCompletionOption.ResponseHeadersRead : HttpCompletionOption.ResponseContentRead, cancel);
    }

    /// <summary>Sends a request and reads its JSON body, whatever the status.</summary>
    public async Task<(int Status, JsonElement Body)> JsonAsync(HttpMethod method, string path, string? json = null, string? token = null)
    {
        using HttpResponseMessage response = await SendAsync(method, path, json, token);
        string text = await response.Content.ReadAsStringAsync();
        using JsonDocument document = JsonDocument.Parse(text.Length == 0 ? "null" : text);
        return ((int)response.StatusCode, document.RootElement.Clone());
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (process is not null)
        {
            await process.DisposeAsync();
        }

        if (host is not null)
        {
            await StopHostAsync(host);
        }

        await console.DisposeAsync();
    }

    // A clock that stands still would keep every deadline of the shutdown from coming.
    private async Task StopHostAsync(EdgeHost stopped)
    {
        Task stopping = stopped.DisposeAsync().AsTask();
        while (manual is not null && !stopping.IsCompleted)
        {
            manual.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        await stopping;
    }
}
