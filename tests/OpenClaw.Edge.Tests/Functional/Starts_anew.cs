using System.Net.WebSockets;
using System.Text.Json;
using OpenClaw.Edge.Cli;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Hosting;
using OpenClaw.Edge.Platform;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using Xunit;

namespace OpenClaw.Edge.Tests.Functional;

/// <summary>A gateway that starts itself anew, in its own process: by a signal, by a changed configuration, by a request. Whoever calls
/// meanwhile is answered. What only a process can show needs the binary.</summary>
public sealed class Starts_anew() : WithGateway("logging: { consoleStyle: \"compact\" },\n")
{
    private const int Usr2 = 12;

    private GatewayProcess Process => Gateway.Process!;

    [Fact]
    public async Task Whoever_calls_meanwhile_is_answered_and_the_process_is_the_same()
    {
        NeedsProcess();
        string before = await BootAsync();
        using CancellationTokenSource calling = new();
        Task<int>[] callers = [.. Enumerable.Range(0, 6).Select(_ => CallAsync(calling.Token))];

        Process.Signal(Usr2);
        await AnewAsync(before);
        await calling.CancelAsync();
        int[] answered = await Guard.Within(Task.WhenAll(callers)); // a caller who was refused throws

        Assert.All(answered, count => Assert.True(count > 0));
        Assert.Contains("Starting anew in this process: SIGUSR2.", Process.Output, StringComparison.Ordinal);
        await Gateway.StopAsync(); // the same process, and it still obeys signals
    }

    [Fact]
    public async Task A_turn_that_runs_ends_first()
    {
        NeedsProcess();
        string before = await BootAsync();
        TaskCompletionSource rest = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Model.Enqueue(new ModelAnswer { Pieces = ["begun", " and ended"], HoldRest = rest.Task, HoldAt = 1 });
        await using GatewayTestClient client = await Gateway.ConnectAsync();
        string run = await client.SendChatAsync("main", "talk");
        await client.ChatEventAsync(run, "delta");

        Process.Signal(Usr2);
        await Process.PrintsAsync("waits for 1 running turn(s)");
        Assert.Equal(before, await BootAsync());
        rest.SetResult();
        await client.ChatEventAsync(run, "final");
        await Guard.Within(client.Ended);
        await AnewAsync(before);

        Assert.Equal((WebSocketCloseStatus)1012, client.CloseStatus);
        JsonElement told = Assert.Single(client.Events, frame => frame.GetProperty("event").ValueEquals("shutdown")).GetProperty("payload");
        Assert.Equal(("gateway restarting", 1500), (told.GetProperty("reason").GetString(), told.GetProperty("restartExpectedMs").GetInt32()));
        await using GatewayTestClient again = await Gateway.ConnectAsync();
        Assert.Equal(["user: talk", "assistant: begun and ended"], await again.HistoryAsync("main"));
    }

    [Fact]
    public async Task A_patch_that_takes_a_restart_gets_one_and_its_note_is_told_once()
    {
        NeedsProcess();
        string before = await BootAsync();
        await using GatewayTestClient client = await Gateway.ConnectAsync();
        await client.ChatAsync("main", "hello");

        JsonElement answer = await PatchAsync(client, """{"logging":{"consoleStyle":"json"}}""", ",\"note\":\"json from now on\",\"sessionKey\":\"main\"");
        await AnewAsync(before);
        await using GatewayTestClient again = await Gateway.ConnectAsync();
        await Eventually.HoldsAsync(async () => Notices(await again.HistoryAsync("main")) == 1, "the note in its session");

        Assert.Equal("restart", answer.GetProperty("reloadKind").GetString());
        Assert.False(answer.TryGetProperty("restart", out _));
        Assert.True(answer.GetProperty("sentinel").GetProperty("persisted").GetBoolean());
        Assert.True(answer.GetProperty("sentinel").GetProperty("payload").GetProperty("stats").GetProperty("requiresRestart").GetBoolean());
        await Eventually.HoldsAsync(() => !File.Exists(Sentinel), "the file is gone");
        await RestartAsync();
        await using GatewayTestClient third = await Gateway.ConnectAsync();
        Assert.Equal(1, Notices(await third.HistoryAsync("main")));
    }

    [Fact]
    public async Task With_reloads_off_a_patch_asks_for_the_restart_itself()
    {
        NeedsProcess();
        Home.WriteConfig(Home.Gateway("reload: { mode: \"off\" },"));
        await RestartAsync();
        string before = await BootAsync();
        await using GatewayTestClient client = await Gateway.ConnectAsync();

        JsonElement answer = await PatchAsync(client, """{"logging":{"level":"debug"}}""", ",\"restartDelayMs\":700");
        await AnewAsync(before);

        JsonElement restart = answer.GetProperty("restart");
        Assert.Equal(
            (true, Process.Id, "SIGUSR2", "config.patch", "emit", false),
            (restart.GetProperty("ok").GetBoolean(), restart.GetProperty("pid").GetInt32(), restart.GetProperty("signal").GetString(),
                restart.GetProperty("reason").GetString(), restart.GetProperty("mode").GetString(), restart.GetProperty("coalesced").GetBoolean()));
        Assert.Equal(700, restart.GetProperty("delayMs").GetInt32());
    }

    [Fact]
    public async Task What_would_keep_it_from_starting_keeps_it_running()
    {
        NeedsProcess();
        string before = await BootAsync();

        Home.WriteConfig(Home.Gateway("bind: \"custom\", customBindHost: \"203.0.113.7\","));
        await Process.PrintsAsync("The gateway does not start itself anew (config reload: gateway.bind, gateway.customBindHost");

        Assert.Equal(before, await BootAsync());
        CommandRun health = await Gateway.RunAsync("doctor", "--json");
        Assert.Contains("restart-needed", health.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_signal_may_be_forbidden()
    {
        NeedsProcess();
        Home.WriteConfig("commands: { restart: false },");
        await Process.PrintsAsync("Took over the changed configuration");
        string before = await BootAsync();

        Process.Signal(Usr2);
        await Process.PrintsAsync("SIGUSR2 was ignored: commands.restart is false.");

        Assert.Equal(before, await BootAsync());
    }

    [Fact]
    public async Task The_command_line_restarts_a_gateway_that_was_started_by_hand()
    {
        NeedsProcess();
        string before = await BootAsync();

        CommandRun run = await Gateway.RunAsync("gateway", "restart", "--json");

        using JsonDocument told = JsonDocument.Parse(run.Ends(0).Out);
        Assert.Equal("restarted", told.RootElement.GetProperty("result").GetString());
        Assert.NotEqual(before, await BootAsync());
        Assert.Contains($"process {Process.Id}", told.RootElement.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_gateway_inside_another_program_says_that_it_cannot()
    {
        Assert.SkipWhen(RunningGateway.Binary is not null, "the binary is no other program");
        await using GatewayTestClient client = await Gateway.ConnectAsync();

        JsonElement answer = await PatchAsync(client, """{"logging":{"consoleStyle":"json"}}""");
        GatewayCallException refused = await Assert.ThrowsAsync<GatewayCallException>(() => client.CallAsync("gateway.restart.request"));

        JsonElement restart = answer.GetProperty("restart");
        Assert.Equal((false, true), (restart.GetProperty("ok").GetBoolean(), restart.GetProperty("required").GetBoolean()));
        Assert.Contains("inside another program", restart.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal("UNAVAILABLE", refused.Code);
        Assert.True(File.Exists(Sentinel)); // for the next start, whoever makes it
    }

    [Fact]
    public async Task A_caller_between_two_gateways_of_one_process_is_answered_by_the_second()
    {
        Assert.SkipWhen(RunningGateway.Binary is not null, "two gateways in this process");
        using GatewayHome home = new(Model.BaseUri);
        ProcessEnvironment first = new(home.Variables, "/", home.Root);
        EdgeHost one = await EdgeHost.StartAsync(new GatewayRunOptions { Port = 0 }, first, Stream.Null, TimeProvider.System, CancellationToken.None);
        Uri at = one.Addresses[0];

        Handover left = (await one.HandOverAsync())!;
        Task<string> waiting = Asker().GetStringAsync(new Uri(at, "/healthz"));
        Assert.Null(await one.HandOverAsync());
        ProcessEnvironment second = new([.. home.Variables, new(Handover.Variable, left.Text(Environment.ProcessId))], "/", home.Root);
        await using EdgeHost two = await EdgeHost.StartAsync(new GatewayRunOptions { Port = 0 }, second, Stream.Null, TimeProvider.System, CancellationToken.None);

        Assert.Contains("live", await Guard.Within(waiting), StringComparison.Ordinal);
        Assert.Equal(at, two.Addresses[0]);
    }

    [Theory]
    [InlineData("""{"target":{"pid":1,"ownerId":"a","port":2}}""", "INVALID_REQUEST: target gateway no longer owns the active lock")]
    [InlineData("""{"target":"me"}""", "INVALID_REQUEST: invalid targeted gateway restart")]
    public async Task A_target_that_is_not_this_gateway_is_refused(string parameters, string message)
    {
        await using GatewayTestClient client = await Gateway.ConnectAsync();

        GatewayCallException refused = await Assert.ThrowsAsync<GatewayCallException>(() => client.CallAsync("gateway.restart.request", parameters));

        Assert.Equal(message, refused.Message);
    }

    private string Sentinel => Path.Combine(Home.StateDir, "restart-sentinel.json");

    private static void NeedsProcess() => Assert.SkipWhen(RunningGateway.Binary is null, "needs a process of its own: set OPENCLAW_BIN");

    private static HttpClient Asker() => new(new SocketsHttpHandler { UseProxy = false, PooledConnectionLifetime = TimeSpan.Zero }) { Timeout = TimeSpan.FromSeconds(30) };

    // Every request on a connection of its own, until told to stop; how many were answered.
    private async Task<int> CallAsync(CancellationToken until)
    {
        using HttpClient asker = Asker();
        int answered = 0;
        do
        {
            using HttpRequestMessage request = new(HttpMethod.Get, new Uri(Gateway.BaseUri, "/healthz"));
            request.Headers.ConnectionClose = true;
            using HttpResponseMessage response = await asker.SendAsync(request, CancellationToken.None);
            Assert.Equal(200, (int)response.StatusCode);
            answered++;
        }
        while (!until.IsCancellationRequested);
        return answered;
    }

    private async Task<string> BootAsync()
    {
        await using GatewayTestClient client = await Gateway.ConnectAsync();
        return client.Hello.GetProperty("server").GetProperty("bootId").GetString()!;
    }

    // A connection that was made right before the end is closed with 1012: as every client of this protocol, come again.
    private Task AnewAsync(string before) => Eventually.HoldsAsync(
        async () =>
        {
            try
            {
                return await BootAsync() != before;
            }
            catch (Exception closed) when (closed is WebSocketException or GatewayCallException or InvalidOperationException or IOException)
            {
                return false;
            }
        },
        "another boot id",
        TimeSpan.FromSeconds(60));

    private static int Notices(IReadOnlyList<string> history) =>
        history.Count(line => line.StartsWith("assistant: Gateway restart required (config.patch)\njson from now on\n", StringComparison.Ordinal));

    private static async Task<JsonElement> PatchAsync(GatewayTestClient client, string patch, string more = "")
    {
        string hash = (await client.CallAsync("config.get")).GetProperty("hash").GetString()!;
        return await client.CallAsync("config.patch", $$"""{"raw":"{{JsonEncodedText.Encode(patch)}}","baseHash":"{{hash}}"{{more}}}""");
    }
}
