using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Sandbox;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Sandbox;

/// <summary>With the machine's bubblewrap; skipped where it is not installed. <c>OPENCLAW_BIN</c> names a native binary,
/// which adds Landlock; <c>OPENCLAW_TEST_PROBE</c> the program of <c>tests/sandbox/engine.sh probe</c>.</summary>
public sealed class InBubblewrapTests : SandboxSuite
{
    private readonly string? _probe = Environment.GetEnvironmentVariable("OPENCLAW_TEST_PROBE");

    protected override string Backend => "bubblewrap";

    protected override string Probe => "/workspace/probe";

    public override ValueTask InitializeAsync()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/bwrap"), "bubblewrap is not installed");
        return base.InitializeAsync();
    }

    [Fact]
    public async Task A_network_is_refused_rather_than_lent_from_the_host()
    {
        Docker = new SandboxDockerConfig { Network = "bridge" };
        SandboxUnavailableException refused = await Assert.ThrowsAsync<SandboxUnavailableException>(SessionAsync);
        Assert.Contains("no network of its own", refused.Reason);
    }

    [Fact]
    public async Task The_setup_command_runs_once_for_a_workspace()
    {
        Docker = new SandboxDockerConfig { SetupCommand = "echo set >> setup.log" };
        await RunAsync("true");
        await Router.DisposeAsync();
        await base.InitializeAsync();
        Assert.Equal("set\n", (await RunAsync("cat setup.log")).Output);
    }

    [Fact]
    public async Task Where_control_groups_can_be_made_the_whole_sandbox_is_limited()
    {
        Docker = Docker with { PidsLimit = 40, Memory = "96m", MemorySwap = "96m" };
        SandboxSession session = await SessionAsync();
        SandboxLimits limits = SandboxLimits.Of(Docker, Environment.ProcessorCount, 0);
        SandboxCgroup group = SandboxCgroup.For(session.Name, limits, EngineEnvironment());
        Assert.SkipUnless(group is { LimitsMemory: true, LimitsPids: true }, "this user may not make control groups here");
        TaskCompletionSource started = new();
        using CancellationTokenSource enough = new();
        Task<int> running = session.ExecAsync(
            new SandboxCommand { Command = "sleep 1000 & echo go; sleep 1000" }, (_, _) => started.TrySetResult(), enough.Token);
        await TestKit.Guard.Within(started.Task);
        foreach (string door in group.Doors)
        {
            Assert.True((await File.ReadAllLinesAsync(door, Token)).Length >= 3, door); // the shell and both that it started
            string folder = Path.GetDirectoryName(door)!;
            foreach ((string file, string expected) in ((string, string)[])[("pids.max", "40"), ("memory.max", "100663296"), ("memory.limit_in_bytes", "100663296")])
            {
                string path = Path.Combine(folder, file);
                Assert.True(!File.Exists(path) || (await File.ReadAllTextAsync(path, Token)).Trim() == expected, path);
            }
        }

        await enough.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => TestKit.Guard.Within(running));
    }

    [Fact]
    public async Task Folders_in_memory_begin_empty_with_each_command()
    {
        await RunAsync("echo x > /tmp/left");
        Assert.NotEqual(0, (await RunAsync("cat /tmp/left")).Code);
    }

    protected override async Task PlaceProbeAsync()
    {
        Assert.SkipUnless(File.Exists(_probe), "no probe: set OPENCLAW_TEST_PROBE to the program of tests/sandbox/engine.sh probe");
        SandboxSession session = await SessionAsync();
        foreach (string name in (ReadOnlySpan<string>)["probe", "probe-setuid"])
        {
            string path = Path.Combine(session.HostWorkspace, name);
            File.Copy(_probe!, path, overwrite: true);
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute
                | (name == "probe" ? 0 : UnixFileMode.SetUser));
        }
    }
}
