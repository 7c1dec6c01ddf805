using Microsoft.Extensions.Logging.Abstractions;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Protocol.Docker;
using OpenClaw.Edge.Sandbox;
using OpenClaw.Edge.TestKit;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Sandbox;

public sealed class SandboxRouterTests : IDisposable
{
    private readonly TempDir _dir = new();

    public void Dispose() => _dir.Dispose();

    [Theory]
    [InlineData("off", "agent:main:telegram:1")]
    [InlineData("non-main", "agent:main:main")]
    public async Task What_the_mode_leaves_on_the_host_gets_no_sandbox(string mode, string key)
    {
        await using SandboxRouter router = Router(new SandboxConfig { Mode = mode });
        Assert.Null(await router.ForAsync(new SandboxScope("main", key, _dir.Root), CancellationToken.None));
    }

    [Theory]
    [InlineData("off", "agent:main:telegram:1", null)]
    [InlineData("non-main", "agent:main:main", null)]
    [InlineData("non-main", "agent:main:telegram:1", "sandboxes")]
    [InlineData("all", "agent:main:main", "sandboxes")]
    public async Task The_folder_of_a_sandbox_is_known_without_an_engine(string mode, string key, string? below)
    {
        await using SandboxRouter router = Router(new SandboxConfig { Mode = mode });
        (string Host, string Workdir)? place = router.WorkspaceOf(new SandboxScope("main", key, _dir.Root));
        Assert.Equal((below, below is null ? null : "/workspace"), (Path.GetFileName(Path.GetDirectoryName(place?.Host)), place?.Workdir));
    }

    [Theory]
    [InlineData("all", "agent:main:main")]
    [InlineData("non-main", "agent:main:telegram:1")]
    public async Task Without_an_engine_the_call_is_refused_with_reason_and_fix(string mode, string key)
    {
        await using SandboxRouter router = Router(new SandboxConfig { Mode = mode });
        SandboxUnavailableException refused = await Assert.ThrowsAsync<SandboxUnavailableException>(
            async () => await router.ForAsync(new SandboxScope("main", key, _dir.Root), CancellationToken.None));
        Assert.Contains(_dir.PathOf("none.sock"), refused.Reason);
        Assert.Contains("bwrap is not installed", refused.Reason);
        Assert.Contains("OPENCLAW_DOCKER_SOCKET", refused.Fix);
    }

    [Fact]
    public void Limits_and_hardening_are_always_set()
    {
        SandboxPlan plan = Plan(new SandboxConfig());
        ContainerHostConfig host = plan.Request.HostConfig;
        Assert.Equal((1L << 30, 2L << 30, 2_000_000_000L, 256L), (host.Memory, host.MemorySwap, host.NanoCpus, host.PidsLimit));
        Assert.Equal(("none", true, "private"), (host.NetworkMode, host.ReadonlyRootfs, host.IpcMode));
        Assert.Equal(["ALL"], host.CapDrop);
        Assert.Equal(["no-new-privileges"], host.SecurityOpt);
        Assert.All(host.Tmpfs!.Values, options => Assert.Contains("size=268435456", options));
        Assert.StartsWith("openclaw-sbx-agent-main-", plan.Name);
    }

    [Fact]
    public void Where_the_engine_counts_nothing_each_process_is_limited()
    {
        IReadOnlyList<ContainerUlimit> limits = Plan(new SandboxConfig(), new EngineFacts { Version = "", IsRootless = true, Memory = 4L << 30 }).Request.HostConfig.Ulimits!;
        Assert.Contains(new ContainerUlimit("nproc", 256, 256), limits);
        Assert.Contains(new ContainerUlimit("data", 1L << 30, 1L << 30), limits);
    }

    [Theory]
    [InlineData("/etc:/etc2")]
    [InlineData("/:/host")]
    [InlineData("/run/user/1000/docker.sock:/s")]
    [InlineData("/home/ada/.ssh:/keys:ro")]
    [InlineData("/home/ada:/home2")]
    [InlineData("/srv/data:/workspace/in")]
    [InlineData("/srv/data:/agent")]
    [InlineData("/srv/../proc:/p")]
    [InlineData("relative:/p")]
    [InlineData("/srv/a:/b:rw:exec")]
    public void Mounts_that_open_the_host_are_refused(string bind) => Assert.Throws<SandboxUnavailableException>(
        () => Plan(new SandboxConfig { Docker = new SandboxDockerConfig { Binds = [bind], AllowExternalSources = true } }));

    [Fact]
    public void A_link_to_a_blocked_folder_is_followed_before_it_is_judged()
    {
        Directory.CreateSymbolicLink(_dir.PathOf("harmless"), "/etc");
        Assert.Throws<SandboxUnavailableException>(
            () => Plan(new SandboxConfig { Docker = new SandboxDockerConfig { Binds = [_dir.PathOf("harmless") + ":/data"], AllowExternalSources = true } }));
    }

    [Theory]
    [InlineData("host")]
    [InlineData("container:other")]
    public void Networks_of_others_are_refused(string network) => Assert.Throws<SandboxUnavailableException>(
        () => Plan(new SandboxConfig { Docker = new SandboxDockerConfig { Network = network } }));

    [Fact]
    public void An_extra_mount_is_read_only_unless_it_says_more()
    {
        IReadOnlyList<string> binds = Plan(new SandboxConfig { Docker = new SandboxDockerConfig { Binds = ["/srv/a:/a", "/srv/b:/b:rw"], AllowExternalSources = true } }).Request.HostConfig.Binds!;
        Assert.Equal(["/srv/a:/a:ro", "/srv/b:/b:rw"], binds.Skip(1));
    }

    [Fact]
    public void Scopes_have_containers_of_their_own_and_changes_another_hash()
    {
        string agent = Plan(new SandboxConfig()).Name;
        string session = Plan(new SandboxConfig { Scope = "session" }).Name;
        Assert.NotEqual(agent, session);
        Assert.NotEqual(Plan(new SandboxConfig()).Hash, Plan(new SandboxConfig { Docker = new SandboxDockerConfig { PidsLimit = 64 } }).Hash);
        Assert.Equal(Plan(new SandboxConfig()).Hash, Plan(new SandboxConfig()).Hash);
    }

    private SandboxPlan Plan(SandboxConfig settings, EngineFacts? facts = null)
    {
        ProcessEnvironment environment = new([new("HOME", "/home/ada")]);
        return SandboxPlan.Make(
            settings,
            new SandboxScope("main", "agent:main:main", "/srv/work"),
            facts ?? new EngineFacts { Version = "", Memory = 4L << 30, Processors = 4, LimitsMemory = true, LimitsPids = true },
            "/run/user/1000/docker.sock",
            StatePaths.Resolve(environment, stateDirFlag: _dir.PathOf("state")),
            environment);
    }

    private SandboxRouter Router(SandboxConfig settings)
    {
        // named by a person, so that an engine of the machine is never met
        ProcessEnvironment environment = new([new("OPENCLAW_DOCKER_SOCKET", _dir.PathOf("none.sock")), new("HOME", _dir.Root), new("PATH", _dir.Root)]);
        return new SandboxRouter(
            () => new EdgeConfig { Agents = new AgentsConfig { Defaults = new AgentDefaultsConfig { Sandbox = settings } } },
            StatePaths.Resolve(environment, stateDirFlag: _dir.Root),
            () => environment,
            TimeProvider.System,
            NullLoggerFactory.Instance);
    }
}
