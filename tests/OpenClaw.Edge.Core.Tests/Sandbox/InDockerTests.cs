using System.Diagnostics;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Protocol.Docker;
using OpenClaw.Edge.Sandbox;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Sandbox;

/// <summary>Against the engine whose socket is in OPENCLAW_TEST_ENGINE; <c>tests/sandbox/engine.sh</c> starts one and makes
/// the image. Skipped without.</summary>
public sealed class InDockerTests : SandboxSuite
{
    private readonly string? _socket = Environment.GetEnvironmentVariable("OPENCLAW_TEST_ENGINE");
    private DockerEngineClient _engine = null!;

    protected override string Backend => "docker";

    public override ValueTask InitializeAsync()
    {
        Assert.SkipWhen(string.IsNullOrEmpty(_socket), "no engine: set OPENCLAW_TEST_ENGINE to a socket of tests/sandbox/engine.sh");
        _engine = new DockerEngineClient(_socket!, TimeProvider.System);
        return base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        if (_engine is not null)
        {
            await _engine.NegotiateAsync(CancellationToken.None);
            IReadOnlyList<ContainerSummary> left = await OursAsync();
            Assert.InRange(left.Count, 0, 1); // one scope, one container, whatever happened to it
            foreach (ContainerSummary container in left)
            {
                await _engine.RemoveContainerAsync(container.Id, CancellationToken.None);
            }

            await base.DisposeAsync();
            _engine.Dispose();
        }
    }

    [Fact]
    public async Task A_container_removed_behind_our_back_is_made_again()
    {
        SandboxSession session = await SessionAsync();
        await _engine.RemoveContainerAsync(session.Name, Token);
        Assert.Equal("again\n", (await RunAsync("echo again", session)).Output);
    }

    [Fact]
    public async Task A_container_stopped_or_paused_behind_our_back_runs_again()
    {
        SandboxSession session = await SessionAsync();
        await _engine.StopContainerAsync(session.Name, TimeSpan.Zero, Token);
        Assert.Equal("again\n", (await RunAsync("echo again", session)).Output);
    }

    [Fact]
    public async Task A_container_removed_while_a_command_runs_ends_that_command_and_nothing_else()
    {
        SandboxSession session = await SessionAsync();
        TaskCompletionSource started = new();
        Task<int> running = session.ExecAsync(
            new SandboxCommand { Command = "echo go; sleep 1000" }, (_, _) => started.TrySetResult(), Token);
        await TestKit.Guard.Within(started.Task);
        await _engine.RemoveContainerAsync(session.Name, Token);
        Exception? end = await Record.ExceptionAsync(() => running);
        Assert.True(end is SandboxUnavailableException || (end is null && await running == 137), end?.ToString());
        Assert.Equal("again\n", (await RunAsync("echo again", session)).Output);
    }

    [Fact]
    public async Task A_restart_of_the_gateway_finds_its_container_again()
    {
        SandboxSession session = await SessionAsync();
        string id = (await _engine.InspectContainerAsync(session.Name, Token))!.Id;
        await Router.DisposeAsync();
        await base.InitializeAsync();
        Assert.Equal("kept\n", (await RunAsync("echo kept")).Output);
        Assert.Equal(id, (await _engine.InspectContainerAsync(session.Name, Token))!.Id);
    }

    [Fact]
    public async Task An_image_that_is_missing_is_named_with_the_fix()
    {
        Docker = new SandboxDockerConfig { Image = "openclaw-sandbox-common:bookworm-slim" };
        SandboxUnavailableException refused = await Assert.ThrowsAsync<SandboxUnavailableException>(SessionAsync);
        Assert.Contains("openclaw-sandbox-common:bookworm-slim", refused.Reason);
        Assert.Contains("openclaw sandbox build --common", refused.Fix);
    }

    [Fact]
    public async Task The_users_1000_of_most_configurations_is_the_workspaces_owner_under_a_rootless_engine()
    {
        EngineFacts facts = await _engine.NegotiateAsync(Token);
        Assert.SkipUnless(facts.IsRootless, "a rootful engine");
        Docker = new SandboxDockerConfig { User = "1000:1000" };
        Assert.Equal(0, (await RunAsync("echo x > mine")).Code);
    }

    [Fact]
    public async Task A_profile_of_the_configuration_is_given_to_the_engine()
    {
        string profile = Path.Combine(Root, "profile.json");
        await File.WriteAllTextAsync(profile, """{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mkdir","mkdirat"],"action":"SCMP_ACT_ERRNO"}]}""", Token);
        Docker = new SandboxDockerConfig { SeccompProfile = profile };
        Assert.NotEqual(0, (await RunAsync("mkdir folder")).Code);
        Docker = new SandboxDockerConfig { SeccompProfile = profile + ".gone" };
        Assert.Contains("seccompProfile", (await Assert.ThrowsAsync<SandboxUnavailableException>(SessionAsync)).Reason);
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

    protected override ProcessEnvironment EngineEnvironment() => new([new("OPENCLAW_DOCKER_SOCKET", _socket!), new("HOME", Root)]);

    private async Task<IReadOnlyList<ContainerSummary>> OursAsync() =>
        await _engine.ListContainersAsync([$"{SandboxLabels.Owner}={Root}"], CancellationToken.None);
}
