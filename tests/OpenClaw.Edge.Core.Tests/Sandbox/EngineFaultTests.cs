using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Protocol.Docker;
using OpenClaw.Edge.Sandbox;
using OpenClaw.Edge.TestKit;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Sandbox;

/// <summary>A real engine that stops, is killed, stands still and runs out of disk. OPENCLAW_TEST_FAULTS names a script with the
/// verbs <c>start stop kill freeze thaw fill free</c>, OPENCLAW_TEST_FAULTS_SOCKET the engine's socket; <c>tests/sandbox/run.sh</c>
/// makes both. Skipped without. One router lives through each test, as in a gateway that is not restarted.</summary>
public sealed class EngineFaultTests : IAsyncLifetime
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(90); // an engine that starts on a busy machine

    private readonly string? _script = Environment.GetEnvironmentVariable("OPENCLAW_TEST_FAULTS");
    private readonly string? _socket = Environment.GetEnvironmentVariable("OPENCLAW_TEST_FAULTS_SOCKET");
    private readonly string _root = $"/tmp/edge-sbx-{Guid.NewGuid():N}";
    private SandboxRouter _router = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(string.IsNullOrEmpty(_script) || string.IsNullOrEmpty(_socket), "no engine to break: tests/sandbox/run.sh makes one");
        Directory.CreateDirectory(_root); // in reach of the engine's user
        await ControlAsync("start"); // does nothing when it runs
        _router = Router(TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        if (_router is null)
        {
            return;
        }

        await _router.DisposeAsync();
        foreach (string verb in (string[])["thaw", "free", "start"])
        {
            await ControlAsync(verb);
        }

        IReadOnlyList<ContainerSummary> left = await ContainersAsync();
        foreach (ContainerSummary container in left)
        {
            using DockerEngineClient engine = new(_socket!, TimeProvider.System);
            await engine.RemoveContainerAsync(container.Id, CancellationToken.None);
        }

        Directory.Delete(_root, recursive: true);
        Assert.InRange(left.Count, 0, 1); // one scope, one container, whatever happened
    }

    [Theory]
    [InlineData("kill")] // at once, its containers go on without it
    [InlineData("stop")] // in order, its containers end first
    public async Task An_engine_that_goes_during_a_command_ends_it_and_serves_again_when_it_is_back(string verb)
    {
        SandboxSession session = await SessionAsync();
        TaskCompletionSource started = new();
        Task<int> command = session.ExecAsync(new SandboxCommand { Command = "echo go; sleep 1000" }, (_, _) => started.TrySetResult(), Token);
        await Guard.Within(started.Task, limit: s_patience);
        await ControlAsync(verb);
        Exception? end = await Record.ExceptionAsync(() => Guard.Within(command, limit: s_patience));
        if (end is null)
        {
            Assert.Equal(("stop", 137), (verb, await command)); // it was told before the engine went
        }
        else
        {
            Assert.Contains("Start the engine", Assert.IsType<SandboxUnavailableException>(end).Fix);
        }

        string witness = Path.Combine(_root, "witness");
        SandboxUnavailableException refused = await Assert.ThrowsAsync<SandboxUnavailableException>(() => RunAsync($"touch {witness}"));
        Assert.Contains(_socket!, refused.Reason);
        Assert.False(File.Exists(witness)); // nothing runs on the host

        await ControlAsync("start");
        Assert.Equal("back\n", await RunAsync("echo back"));
        Assert.Equal("", await RunAsync("ps | grep '[s]leep 1000'"));
        Assert.Single(await ContainersAsync());
    }

    [Fact]
    public async Task An_engine_that_was_restarted_between_two_commands_goes_unnoticed()
    {
        Assert.Equal("one\n", await RunAsync("echo one; echo kept > note"));
        await ControlAsync("stop");
        await ControlAsync("start");
        Assert.Equal("kept\n", await RunAsync("cat note"));
        Assert.Single(await ContainersAsync());
    }

    [Fact]
    public async Task A_slow_engine_is_waited_for()
    {
        SandboxSession session = await SessionAsync();
        await ControlAsync("freeze");
        Task<string>[] commands = [.. Enumerable.Range(0, 5).Select(n => RunAsync($"echo {n}", session))];
        Task first = await Task.WhenAny([.. commands, Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System, Token)]);
        Assert.DoesNotContain(first, commands);
        await ControlAsync("thaw");
        Assert.Equal(["0\n", "1\n", "2\n", "3\n", "4\n"], await Task.WhenAll(commands));
    }

    [Fact]
    public async Task An_engine_that_stands_still_is_given_up_with_a_reason_and_used_again_when_it_moves()
    {
        Assert.Equal("one\n", await RunAsync("echo one"));
        await using SandboxRouter hurried = Router(new HurriedTimeProvider(30)); // 90 s are 3
        SandboxSession session = (await hurried.ForAsync(Scope, Token))!;
        await ControlAsync("freeze");
        SandboxUnavailableException late = await Assert.ThrowsAsync<SandboxUnavailableException>(
            () => Guard.Within(session.ExecAsync(new SandboxCommand { Command = "echo two" }, (_, _) => { }, Token), limit: s_patience));
        Assert.Contains("did not answer within", late.Reason);
        Assert.Contains("log says more", late.Fix);
        await ControlAsync("thaw");
        Assert.Equal("three\n", await RunAsync("echo three"));
    }

    [Fact]
    public async Task A_full_disk_is_told_and_over_when_there_is_space_again()
    {
        Assert.SkipUnless(await ControlAsync("fill", mayFail: true), "this engine's disk is not the tests' own");
        SandboxUnavailableException refused = await Assert.ThrowsAsync<SandboxUnavailableException>(SessionAsync);
        Assert.Contains("no space left", refused.Reason);
        Assert.Contains("Free space", refused.Fix);
        await ControlAsync("free");
        Assert.Empty(await ContainersAsync());
        Assert.Equal("space\n", await RunAsync("echo space"));
    }

    [Fact]
    public async Task Fifty_first_calls_at_once_make_one_container_and_all_run()
    {
        string[] said = await Task.WhenAll(Enumerable.Range(0, 50).Select(n => RunAsync($"echo {n}")));
        Assert.Equal(Enumerable.Range(0, 50).Select(n => $"{n}\n"), said);
        Assert.Single(await ContainersAsync());
    }

    private static SandboxScope ScopeOf(string root) => new("main", "agent:main:main", Path.Combine(root, "workspace"));

    private SandboxScope Scope => ScopeOf(_root);

    private SandboxRouter Router(TimeProvider clock)
    {
        ProcessEnvironment environment = new([new("OPENCLAW_DOCKER_SOCKET", _socket!), new("HOME", _root)]);
        SandboxConfig settings = new() { Mode = "all", Backend = "docker" };
        return new SandboxRouter(
            () => new EdgeConfig { Agents = new AgentsConfig { Defaults = new AgentDefaultsConfig { Sandbox = settings } } },
            StatePaths.Resolve(environment, stateDirFlag: _root),
            () => environment,
            clock,
            NullLoggerFactory.Instance);
    }

    private async Task<SandboxSession> SessionAsync() => (await _router.ForAsync(Scope, Token))!;

    private async Task<string> RunAsync(string command, SandboxSession? session = null)
    {
        StringBuilder said = new();
        await (session ?? await SessionAsync()).ExecAsync(
            new SandboxCommand { Command = command, Timeout = s_patience },
            (bytes, isError) => said.Append(isError ? "" : Encoding.UTF8.GetString(bytes)),
            Token);
        return said.ToString();
    }

    private async Task<IReadOnlyList<ContainerSummary>> ContainersAsync()
    {
        using DockerEngineClient engine = new(_socket!, TimeProvider.System);
        return await engine.ListContainersAsync([$"{SandboxLabels.Owner}={_root}"], CancellationToken.None);
    }

    private async Task<bool> ControlAsync(string verb, bool mayFail = false)
    {
        using Process script = Process.Start(new ProcessStartInfo("/bin/bash", [_script!, verb]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> said = script.StandardOutput.ReadToEndAsync(CancellationToken.None);
        string errors = await script.StandardError.ReadToEndAsync(CancellationToken.None);
        await script.WaitForExitAsync(CancellationToken.None);
        Assert.True(mayFail || script.ExitCode == 0, $"{verb}: {await said} {errors}");
        return script.ExitCode == 0;
    }
}
