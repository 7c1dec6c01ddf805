using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Sandbox;
using OpenClaw.Edge.TestKit;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Sandbox;

/// <summary>Against the engine whose socket is in OPENCLAW_TEST_ENGINE; <c>tests/sandbox/engine.sh</c> starts one and makes
/// the image. Skipped without.</summary>
public sealed class RealEngineTests : IAsyncLifetime
{
    private readonly string _root = $"/tmp/edge-sbx-{Guid.NewGuid():N}";
    private readonly string? _socket = Environment.GetEnvironmentVariable("OPENCLAW_TEST_ENGINE");
    private SandboxDockerConfig _docker = new();
    private SandboxRouter _router = null!;

    public ValueTask InitializeAsync()
    {
        Assert.SkipWhen(string.IsNullOrEmpty(_socket), "no engine: set OPENCLAW_TEST_ENGINE to a socket of tests/sandbox/engine.sh");
        Directory.CreateDirectory(_root); // in reach of the engine's user
        ProcessEnvironment environment = new([new("OPENCLAW_DOCKER_SOCKET", _socket!), new("HOME", _root)]);
        _router = new SandboxRouter(
            () => new EdgeConfig { Agents = new AgentsConfig { Defaults = new AgentDefaultsConfig { Sandbox = new SandboxConfig { Mode = "all", Docker = _docker } } } },
            StatePaths.Resolve(environment, stateDirFlag: _root),
            () => environment,
            TimeProvider.System,
            NullLoggerFactory.Instance);
        return default;
    }

    public async ValueTask DisposeAsync()
    {
        if (_router is not null)
        {
            await _router.DisposeAsync();
            using DockerEngineClient engine = new(_socket!, TimeProvider.System);
            await engine.RemoveContainerAsync((await PlannedNameAsync(engine))!, CancellationToken.None);
            Directory.Delete(_root, recursive: true);
        }
    }

    [Fact]
    public async Task A_command_runs_inside_with_output_errors_and_exit_code_apart()
    {
        (int code, string output, string errors) = await RunAsync("echo out; echo err >&2; pwd; exit 7");
        Assert.Equal((7, "out\n/workspace\n", "err\n"), (code, output, errors));
    }

    [Fact]
    public async Task What_the_command_writes_is_in_the_workspace_of_the_host()
    {
        SandboxSession session = await SessionAsync();
        Assert.Equal(0, (await RunAsync("echo made inside > note.txt")).Code);
        Assert.Equal("made inside\n", await File.ReadAllTextAsync(Path.Combine(session.HostWorkspace, "note.txt"), TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("echo x > /etc/passwd")]
    [InlineData("echo x > /escape")]
    [InlineData("mount -t tmpfs none /workspace")]
    [InlineData("mknod /tmp/disk b 8 0")]
    [InlineData("ping -c 1 -W 1 1.1.1.1")]
    [InlineData("wget -T 2 -O - http://1.1.1.1/")]
    [InlineData("chroot / true")]
    [InlineData("ls /var/run/docker.sock")]
    [InlineData("ls /run/docker.sock")]
    [InlineData("grep -q '^CapEff:.*[1-9a-f]' /proc/self/status")]
    [InlineData("grep -q '^NoNewPrivs:.*0' /proc/self/status")]
    [InlineData("grep -q '^Seccomp:.*0' /proc/self/status")]
    [InlineData("ln -s /proc/1/root/etc/shadow out && cat out")]
    public async Task Ways_out_are_closed(string attempt) => Assert.NotEqual(0, (await RunAsync(attempt)).Code);

    [Fact]
    public async Task Files_of_the_host_are_not_there()
    {
        string secret = Path.Combine(_root, "secret");
        await File.WriteAllTextAsync(secret, "host", TestContext.Current.CancellationToken);
        Assert.NotEqual(0, (await RunAsync($"cat {secret}")).Code);
    }

    [Fact]
    public async Task A_full_tmpfs_ends_at_its_size() =>
        Assert.Contains("No space left", (await RunAsync("dd if=/dev/zero of=/tmp/big bs=1M count=4096; rm /tmp/big; exit 1")).Errors);

    [Fact]
    public async Task A_command_past_its_budget_is_killed_with_what_it_started()
    {
        SandboxSession session = await SessionAsync();
        await Assert.ThrowsAsync<TimeoutException>(() => session.ExecAsync(
            new SandboxCommand { Command = "sleep 4321 & sleep 4321", Timeout = TimeSpan.FromSeconds(1) }, (_, _) => { }, TestContext.Current.CancellationToken));
        Assert.Equal("", (await RunAsync("ps | grep '[s]leep 4321'")).Output);
    }

    [Fact]
    public async Task Cancellation_kills_the_command()
    {
        SandboxSession session = await SessionAsync();
        using CancellationTokenSource stop = new();
        TaskCompletionSource started = new();
        Task<int> running = session.ExecAsync(new SandboxCommand { Command = "echo go; sleep 1234" }, (_, _) => started.TrySetResult(), stop.Token);
        await Guard.Within(started.Task);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Equal("", (await RunAsync("ps | grep '[s]leep 1234'")).Output);
    }

    [Fact]
    public async Task A_container_removed_behind_our_back_is_made_again()
    {
        SandboxSession session = await SessionAsync();
        using DockerEngineClient engine = new(_socket!, TimeProvider.System);
        await engine.RemoveContainerAsync(session.Name, TestContext.Current.CancellationToken);
        Assert.Equal("again\n", (await RunAsync("echo again", session)).Output);
    }

    [Fact]
    public async Task A_changed_configuration_makes_a_new_container()
    {
        Assert.Equal("", (await RunAsync("echo -n $COLOUR")).Output);
        _docker = new SandboxDockerConfig { Env = new Dictionary<string, string> { ["COLOUR"] = "red" } };
        Assert.Equal("red", (await RunAsync("echo -n $COLOUR")).Output);
    }

    [Fact]
    public async Task An_image_that_is_missing_is_named_with_the_fix()
    {
        _docker = new SandboxDockerConfig { Image = "no-such-image:1" };
        SandboxUnavailableException refused = await Assert.ThrowsAsync<SandboxUnavailableException>(SessionAsync);
        Assert.Contains("no-such-image:1", refused.Reason);
        Assert.Contains("Build or pull", refused.Fix);
    }

    [Fact]
    public async Task Input_reaches_the_command_and_ends()
    {
        SandboxSession session = await SessionAsync();
        using MemoryStream input = new("one\ntwo\n"u8.ToArray());
        StringBuilder output = new();
        int code = await session.ExecAsync(
            new SandboxCommand { Command = "wc -l", Stdin = input }, (bytes, _) => output.Append(Encoding.UTF8.GetString(bytes)), TestContext.Current.CancellationToken);
        Assert.Equal((0, "2"), (code, output.ToString().Trim()));
    }

    [Fact]
    public async Task Fifty_commands_run_side_by_side()
    {
        SandboxSession session = await SessionAsync();
        (int Code, string Output, string Errors)[] all = await Task.WhenAll(Enumerable.Range(0, 50).Select(n => RunAsync($"echo {n}", session)));
        Assert.Equal(Enumerable.Range(0, 50).Select(n => (0, $"{n}\n", "")), all);
    }

    [Fact]
    public async Task Many_bytes_pass_through_without_being_kept()
    {
        SandboxSession session = await SessionAsync();
        long bytes = 0;
        long before = GC.GetTotalMemory(forceFullCollection: true);
        await session.ExecAsync(new SandboxCommand { Command = "dd if=/dev/zero bs=1M count=200 2>/dev/null" }, (span, _) => bytes += span.Length, TestContext.Current.CancellationToken);
        Assert.Equal(200L << 20, bytes);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 16L << 20);
    }

    [Fact]
    public async Task A_warm_command_is_quick()
    {
        SandboxSession session = await SessionAsync();
        await RunAsync("true", session);
        List<double> took = [];
        for (int i = 0; i < 20; i++)
        {
            long start = Stopwatch.GetTimestamp();
            await RunAsync("true", session);
            took.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        took.Sort();
        TestContext.Current.TestOutputHelper!.WriteLine($"warm exec: median {took[10]:0.0} ms, best {took[0]:0.0} ms");
        Assert.InRange(took[0], 0, 1000);
    }

    private async Task<SandboxSession> SessionAsync() => (await _router.ForAsync(
        new SandboxScope("main", "agent:main:main", Path.Combine(_root, "workspace")), TestContext.Current.CancellationToken))!;

    private async Task<(int Code, string Output, string Errors)> RunAsync(string command, SandboxSession? session = null)
    {
        session ??= await SessionAsync();
        StringBuilder output = new();
        StringBuilder errors = new();
        int code = await session.ExecAsync(
            new SandboxCommand { Command = command, Timeout = TimeSpan.FromSeconds(30) },
            (bytes, isError) => (isError ? errors : output).Append(Encoding.UTF8.GetString(bytes)),
            TestContext.Current.CancellationToken);
        return (code, output.ToString(), errors.ToString());
    }

    private async Task<string?> PlannedNameAsync(DockerEngineClient engine)
    {
        EngineFacts facts = await engine.NegotiateAsync(CancellationToken.None);
        ProcessEnvironment environment = new([new("HOME", _root)]);
        return SandboxPlan.Make(
            new SandboxConfig { Mode = "all" },
            new SandboxScope("main", "agent:main:main", Path.Combine(_root, "workspace")),
            facts,
            _socket!,
            StatePaths.Resolve(environment, stateDirFlag: _root),
            environment).Name;
    }
}
