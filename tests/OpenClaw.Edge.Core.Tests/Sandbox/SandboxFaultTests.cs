using Microsoft.Extensions.Logging.Abstractions;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Sandbox;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.TestKit.Engines;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Sandbox;

/// <summary>An engine that stops, comes back, is slow or full: the call fails with a reason, nothing runs on the host, and
/// the next call works without a restart of the gateway.</summary>
public sealed class SandboxFaultTests : IAsyncDisposable
{
    private readonly TempDir _dir = new();
    private readonly ManualTimeProvider _clock = new(DateTimeOffset.UnixEpoch.AddYears(60));
    private readonly SandboxRouter _router;
    private SandboxConfig _settings = new() { Mode = "all", Backend = "docker" };
    private FakeDockerEngine _engine;

    public SandboxFaultTests()
    {
        _engine = FakeDockerEngine.Start(_dir.PathOf("engine.sock"));
        ProcessEnvironment environment = new([new("OPENCLAW_DOCKER_SOCKET", _dir.PathOf("engine.sock")), new("HOME", _dir.Root), new("PATH", "/nowhere")]);
        _router = new SandboxRouter(
            () => new EdgeConfig { Agents = new AgentsConfig { Defaults = new AgentDefaultsConfig { Sandbox = _settings } } },
            StatePaths.Resolve(environment, stateDirFlag: _dir.PathOf("state")),
            () => environment,
            _clock,
            NullLoggerFactory.Instance);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _router.DisposeAsync();
        await _engine.DisposeAsync();
        _dir.Dispose();
    }

    [Fact]
    public async Task An_engine_that_stops_during_a_command_fails_it_and_serves_again_when_it_is_back()
    {
        TaskCompletionSource running = new();
        _engine.OnExec = _ =>
        {
            running.TrySetResult();
            return new FakeExecAnswer { Until = new TaskCompletionSource().Task };
        };
        SandboxSession session = await SessionAsync();
        Task<int> command = session.ExecAsync(new SandboxCommand { Command = "work" }, (_, _) => { }, Token);
        await Guard.Within(running.Task);
        await _engine.DisposeAsync();
        SandboxUnavailableException lost = await Assert.ThrowsAsync<SandboxUnavailableException>(() => Guard.Within(command));
        Assert.Contains("Start the engine", lost.Fix);
        Assert.Contains("engine.sock", (await Assert.ThrowsAsync<SandboxUnavailableException>(SessionAsync)).Reason);

        _engine = FakeDockerEngine.Start(_dir.PathOf("engine.sock")); // without the containers of the first
        Assert.Equal(0, await RunAsync(await SessionAsync()));
        Assert.Single(_engine.Containers);
    }

    [Fact]
    public async Task A_connection_that_is_cut_is_an_error_and_not_an_exit_code()
    {
        SandboxSession session = await SessionAsync();
        _engine.OnExec = exec => exec.Command == "work" ? new FakeExecAnswer { Output = "half", Cut = true } : null;
        using CancellationTokenSource stop = new();
        Task<int> command = session.ExecAsync(new SandboxCommand { Command = "work" }, (_, _) => { }, stop.Token);
        await Eventually.HoldsAsync(() => _engine.Calls.Any(call => call.StartsWith("GET /exec/", StringComparison.Ordinal)));
        Assert.False(command.IsCompleted); // the engine says that it runs, so it is waited for
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Guard.Within(command));
    }

    [Fact]
    public async Task A_slow_engine_is_given_up_after_its_time_with_a_reason()
    {
        TaskCompletionSource asked = new();
        _engine.OnCall = async (call, stop) =>
        {
            if (call == "POST /containers/create")
            {
                asked.TrySetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);
            }

            return null;
        };
        Task<SandboxSession> opening = SessionAsync();
        await Guard.Within(asked.Task);
        while (!opening.IsCompleted)
        {
            _clock.Advance(TimeSpan.FromSeconds(30));
            await Task.Yield();
        }

        Assert.Contains("did not answer within", (await Assert.ThrowsAsync<SandboxUnavailableException>(() => opening)).Reason);
        _engine.OnCall = null;
        Assert.Equal(0, await RunAsync(await SessionAsync()));
    }

    [Theory]
    [InlineData("XDG_RUNTIME_DIR", false)] // found, but nobody chose it
    [InlineData("OPENCLAW_DOCKER_SOCKET", true)]
    [InlineData("DOCKER_HOST", true)]
    public async Task An_engine_of_root_is_used_only_when_somebody_names_it(string variable, bool used)
    {
        string folder = Directory.CreateDirectory(_dir.PathOf("runtime")).FullName;
        await using FakeDockerEngine rootful = FakeDockerEngine.Start(Path.Combine(folder, "docker.sock"));
        rootful.OnCall = (asked, _) => Task.FromResult<(int, string)?>(asked == "GET /info" ? (200, """{"SecurityOptions":["name=seccomp,profile=default"]}""") : null);
        ProcessEnvironment environment = new([new(variable, used ? rootful.SocketPath : folder), new("HOME", _dir.Root), new("PATH", "/nowhere")]);
        await using SandboxRouter router = new(
            () => new EdgeConfig { Agents = new AgentsConfig { Defaults = new AgentDefaultsConfig { Sandbox = _settings } } },
            StatePaths.Resolve(environment, stateDirFlag: _dir.PathOf("state")),
            () => environment,
            TimeProvider.System,
            NullLoggerFactory.Instance);
        SandboxScope scope = new("main", "agent:main:main", _dir.PathOf("workspace"));
        if (used)
        {
            Assert.Equal(0, await RunAsync((await router.ForAsync(scope, Token))!));
        }
        else
        {
            SandboxUnavailableException refused = await Assert.ThrowsAsync<SandboxUnavailableException>(async () => await router.ForAsync(scope, Token));
            Assert.Contains($"{rootful.SocketPath} runs as root, and nobody chose it", refused.Reason);
            Assert.Contains("OPENCLAW_DOCKER_SOCKET", refused.Fix);
            Assert.Empty(rootful.Containers);
        }
    }

    [Theory]
    [InlineData("POST /containers/create", 500, "write /var/lib/docker/x: no space left on device", "Free space")]
    [InlineData("POST /containers/create", 404, "No such image: openclaw-sandbox:bookworm-slim", "openclaw sandbox build")]
    [InlineData("POST /containers/create", 500, "runc did something odd", "log says more")]
    public async Task What_the_engine_refuses_is_told_with_the_fix_and_leaves_nothing_behind(string call, int status, string message, string fix)
    {
        _engine.OnCall = (asked, _) => Task.FromResult<(int, string)?>(asked == call ? (status, $$"""{"message":"{{message}}"}""") : null);
        SandboxUnavailableException refused = await Assert.ThrowsAsync<SandboxUnavailableException>(SessionAsync);
        Assert.Contains(message, refused.Reason);
        Assert.Contains(fix, refused.Fix);
        Assert.Empty(_engine.Containers);
        _engine.OnCall = null;
        Assert.Equal(0, await RunAsync(await SessionAsync()));
    }

    [Fact]
    public async Task A_container_that_does_not_start_is_removed_again()
    {
        _engine.OnCall = (asked, _) => Task.FromResult<(int, string)?>(asked.EndsWith("/start", StringComparison.Ordinal) && asked.Contains("/containers/", StringComparison.Ordinal)
            ? (500, """{"message":"OCI runtime create failed"}""") : null);
        await Assert.ThrowsAsync<SandboxUnavailableException>(SessionAsync);
        Assert.Empty(_engine.Containers);
    }

    [Fact]
    public async Task Fifty_first_calls_at_once_make_one_container()
    {
        SandboxSession[] sessions = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => SessionAsync()));
        int[] codes = await Task.WhenAll(sessions.Select(RunAsync));
        Assert.All(codes, code => Assert.Equal(0, code));
        Assert.Single(_engine.Containers);
        Assert.Single(_engine.Calls, call => call == "POST /containers/create");
    }

    [Fact]
    public async Task Cancellation_ends_the_command_inside_too()
    {
        TaskCompletionSource running = new();
        _engine.OnExec = exec =>
        {
            running.TrySetResult();
            return exec.Command == "work" ? new FakeExecAnswer { Until = new TaskCompletionSource().Task } : null;
        };
        SandboxSession session = await SessionAsync();
        using CancellationTokenSource stop = new();
        Task<int> command = session.ExecAsync(new SandboxCommand { Command = "work" }, (_, _) => { }, stop.Token);
        await Guard.Within(running.Task);
        string mark = _engine.Execs.First().Env.Single(variable => variable.StartsWith("OPENCLAW_EXEC=", StringComparison.Ordinal));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Guard.Within(command));
        Assert.Contains(_engine.Execs, exec => exec.Command == mark); // the killer, which was given the mark
    }

    [Fact]
    public async Task A_container_is_removed_in_the_background_when_it_was_not_used_for_long()
    {
        await RunAsync(await SessionAsync());
        Assert.Single(_engine.Containers);
        _clock.Advance(TimeSpan.FromHours(23));
        _clock.Advance(TimeSpan.FromHours(2));
        await Eventually.HoldsAsync(() =>
        {
            _clock.Advance(TimeSpan.FromMinutes(10));
            return _engine.Containers.Count == 0;
        });
        Assert.Equal(0, await RunAsync(await SessionAsync()));
    }

    [Fact]
    public async Task A_container_with_a_command_in_it_stays_whatever_changes()
    {
        TaskCompletionSource running = new();
        TaskCompletionSource end = new();
        _engine.OnExec = exec =>
        {
            running.TrySetResult();
            return exec.Command == "work" ? new FakeExecAnswer { Until = end.Task } : null;
        };
        SandboxSession session = await SessionAsync();
        Task<int> command = session.ExecAsync(new SandboxCommand { Command = "work" }, (_, _) => { }, Token);
        await Guard.Within(running.Task);
        string hash = HashOfContainer();
        _settings = _settings with { Docker = _settings.Docker with { PidsLimit = 64 } };
        Assert.Equal(0, await RunAsync(await SessionAsync()));
        Assert.Equal(hash, HashOfContainer());
        end.SetResult();
        Assert.Equal(0, await command);
        Assert.Equal(0, await RunAsync(await SessionAsync())); // idle now: made anew
        Assert.NotEqual(hash, HashOfContainer());
    }

    [Fact]
    public async Task Another_gateways_containers_are_left_alone()
    {
        await RunAsync(await SessionAsync());
        ProcessEnvironment other = new([new("OPENCLAW_DOCKER_SOCKET", _engine.SocketPath), new("HOME", _dir.Root)]);
        using SandboxInspector inspector = new(
            new EdgeConfig(), StatePaths.Resolve(other, stateDirFlag: _dir.PathOf("other")), other, TimeProvider.System);
        Assert.Empty(await inspector.ListAsync(Token));
        using SandboxInspector own = new(
            new EdgeConfig(), StatePaths.Resolve(other, stateDirFlag: _dir.PathOf("state")), other, TimeProvider.System);
        Assert.Equal("agent:main", Assert.Single(await own.ListAsync(Token)).ScopeKey);
    }

    private string HashOfContainer() => Assert.Single(_engine.Containers).Value.GetProperty("Labels").GetProperty("openclaw.configHash").GetString()!;

    private async Task<SandboxSession> SessionAsync() => (await _router.ForAsync(
        new SandboxScope("main", "agent:main:main", _dir.PathOf("workspace")), Token))!;

    private static Task<int> RunAsync(SandboxSession session) =>
        session.ExecAsync(new SandboxCommand { Command = "true" }, (_, _) => { }, Token);
}
