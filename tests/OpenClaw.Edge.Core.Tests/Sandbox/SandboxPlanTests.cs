using System.Text.Json;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Protocol.Docker;
using OpenClaw.Edge.Sandbox;
using OpenClaw.Edge.TestKit;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Sandbox;

/// <summary>What the engine is asked for: the body of the request, as it goes over the wire.</summary>
public sealed class SandboxPlanTests : IDisposable
{
    private readonly TempDir _dir = new();

    public void Dispose() => _dir.Dispose();

    [Theory]
    [InlineData("all", """[{"Count":-1,"Capabilities":[["gpu"]]}]""")]
    [InlineData("2", """[{"Count":2,"Capabilities":[["gpu"]]}]""")]
    [InlineData("device=0,GPU-3a23c669", """[{"DeviceIDs":["0","GPU-3a23c669"],"Capabilities":[["gpu"]]}]""")]
    [InlineData("\"device=1\"", """[{"DeviceIDs":["1"],"Capabilities":[["gpu"]]}]""")]
    public void Gpus_are_asked_for_as_the_engines_own_command_line_does(string gpus, string wire) =>
        Assert.Equal(wire, Host(new SandboxDockerConfig { Gpus = gpus }).GetProperty("DeviceRequests").GetRawText());

    [Fact]
    public void Without_gpus_no_device_is_asked_for() =>
        Assert.False(Host(new SandboxDockerConfig()).TryGetProperty("DeviceRequests", out _));

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("some")]
    [InlineData("device=")]
    [InlineData("device=0;rm")]
    public void Gpus_that_mean_nothing_are_refused(string gpus) => Assert.Contains(
        "names no GPUs", Assert.Throws<SandboxUnavailableException>(() => Plan(new SandboxDockerConfig { Gpus = gpus })).Reason);

    [Fact]
    public void Bubblewrap_refuses_gpus_instead_of_leaving_them_out()
    {
        ProcessEnvironment environment = new([new("HOME", "/home/ada")]);
        SandboxUnavailableException refused = Assert.Throws<SandboxUnavailableException>(() => BubblewrapPlan.Make(
            new SandboxConfig { Docker = new SandboxDockerConfig { Gpus = "all" } },
            Scope,
            StatePaths.Resolve(environment, stateDirFlag: _dir.PathOf("state")),
            environment,
            null));
        Assert.Contains("docker.gpus", refused.Reason);
        Assert.Contains("container engine", refused.Fix);
    }

    [Theory] // name=selinux stands in the engine's info
    [InlineData("none", true, ":/workspace:rw,Z", null)]
    [InlineData("ro", true, ":/workspace:rw,Z", ":/agent:ro,z")]
    [InlineData("rw", true, ":/workspace:rw,z", null)]
    [InlineData("none", false, ":/workspace:rw", null)]
    [InlineData("ro", false, ":/workspace:rw", ":/agent:ro")]
    public void With_selinux_workspaces_are_labelled_for_the_container(string access, bool selinux, string workspace, string? agents)
    {
        string info = selinux ? """{"SecurityOptions":["name=seccomp,profile=default","name=selinux"]}""" : """{"SecurityOptions":["name=seccomp,profile=default"]}""";
        EngineFacts facts = EngineFacts.From(new DockerVersion(), JsonSerializer.Deserialize(info, DockerJson.Default.DockerInfo)!, 0);
        Assert.Equal(selinux, facts.HasSelinux);
        SandboxPlan plan = Plan(new SandboxDockerConfig { Binds = ["/srv/data:/data", "/srv/more:/more:rw,Z"], AllowExternalSources = true }, facts, access);
        string[] binds = [.. plan.Request.HostConfig.Binds!];
        Assert.EndsWith(workspace, binds[0], StringComparison.Ordinal);
        Assert.Equal(agents is null ? 3 : 4, binds.Length);
        Assert.True(agents is null || binds[1] == "/srv/work" + agents, binds[1]);
        Assert.Equal(["/srv/data:/data:ro", "/srv/more:/more:rw,Z"], binds[^2..]); // labelled as they ask, never unasked
    }

    [Fact]
    public void Profiles_are_handed_over_beside_what_is_always_on()
    {
        string profile = _dir.PathOf("seccomp.json");
        File.WriteAllText(profile, """{ "defaultAction": "SCMP_ACT_ERRNO" }""");
        Assert.Equal(
            ["no-new-privileges", "apparmor=openclaw-sandbox", """seccomp={ "defaultAction": "SCMP_ACT_ERRNO" }"""],
            Plan(new SandboxDockerConfig { ApparmorProfile = "openclaw-sandbox", SeccompProfile = profile }).Request.HostConfig.SecurityOpt!);
    }

    [Fact]
    public void Every_key_of_the_original_reaches_the_engine()
    {
        JsonElement host = Host(new SandboxDockerConfig
        {
            ReadOnlyRoot = false,
            Tmpfs = ["/tmp:size=1m,mode=1777"],
            Network = "bridge",
            CapDrop = ["NET_RAW"],
            PidsLimit = 7,
            Memory = "64m",
            MemorySwap = "96m",
            Cpus = 0.5,
            Ulimits = new Dictionary<string, string> { ["nofile"] = "10:20", ["core"] = "0" },
            Dns = ["192.0.2.1"],
            ExtraHosts = ["nas:192.0.2.9"],
        });
        Assert.Equal(
            ("False", "size=1m,mode=1777", "bridge", "[\"NET_RAW\"]", 7, 64 << 20, 96 << 20, 500_000_000),
            (host.GetProperty("ReadonlyRootfs").ToString(), host.GetProperty("Tmpfs").GetProperty("/tmp").GetString(), host.GetProperty("NetworkMode").GetString(),
                host.GetProperty("CapDrop").GetRawText(), host.GetProperty("PidsLimit").GetInt32(), host.GetProperty("Memory").GetInt32(),
                host.GetProperty("MemorySwap").GetInt32(), host.GetProperty("NanoCpus").GetInt32()));
        Assert.Equal(
            """[{"Name":"core","Soft":0,"Hard":0},{"Name":"nofile","Soft":10,"Hard":20}]""",
            host.GetProperty("Ulimits").GetRawText());
        Assert.Equal(("[\"192.0.2.1\"]", "[\"nas:192.0.2.9\"]"), (host.GetProperty("Dns").GetRawText(), host.GetProperty("ExtraHosts").GetRawText()));
    }

    [Theory] // bytes of the machine, its processors; memory, billionths of a processor
    [InlineData(512, 1, 256, 1_000_000_000)]
    [InlineData(4096, 4, 1024, 2_000_000_000)]
    [InlineData(65536, 16, 2048, 8_000_000_000)]
    [InlineData(0, 1, 256, 1_000_000_000)] // unknown
    public void Limits_that_nobody_set_follow_the_machine(long mebibytes, int processors, long memory, long nano)
    {
        ContainerHostConfig host = Plan(
            new SandboxDockerConfig(), Facts with { Memory = mebibytes << 20, Processors = processors }).Request.HostConfig;
        Assert.Equal((memory << 20, 2 * memory << 20, nano, 256), (host.Memory, host.MemorySwap, host.NanoCpus, host.PidsLimit));
    }

    [Theory] // rootless, Podman, configured; who the commands are
    [InlineData(true, false, null, "0:0")] // root inside is the engine's user outside
    [InlineData(true, false, "1000:1000", "0:0")] // the original's default would be a stranger
    [InlineData(true, false, "7:7", "7:7")]
    [InlineData(true, true, null, null)] // keep-id: the same number on both sides
    [InlineData(false, false, null, null)]
    [InlineData(false, false, "1000:1000", "1000:1000")]
    public void Commands_run_as_whoever_owns_the_workspace_outside(bool rootless, bool podman, string? configured, string? user)
    {
        string workspace = Directory.CreateDirectory(_dir.PathOf("work")).FullName;
        (uint uid, uint gid) = SandboxNative.OwnerOf(workspace);
        SandboxPlan plan = Plan(new SandboxDockerConfig { User = configured }, Facts with { IsRootless = rootless, IsPodman = podman }, "rw", workspace);
        Assert.Equal(user ?? $"{uid}:{gid}", plan.Request.User);
        Assert.Equal(rootless && podman ? "keep-id" : null, plan.Request.HostConfig.UsernsMode);
    }

    [Fact]
    public void What_the_engine_cannot_keep_is_said_and_what_weakens_too()
    {
        SandboxDockerConfig docker = new() { Gpus = "all", Network = "bridge", ReadOnlyRoot = false, ApparmorProfile = "mine" };
        SandboxConfig settings = new() { Docker = docker };
        EngineFacts facts = Facts with { LimitsMemory = false, LimitsPids = false, LimitsCpu = false, IsRootless = true };
        Dictionary<string, SandboxWall> walls = SandboxWalls.Of(settings, Plan(docker, facts), facts).ToDictionary(wall => wall.Name);
        Assert.Equal(
            (SandboxWallState.Off, SandboxWallState.Off, SandboxWallState.Partly, SandboxWallState.Partly, SandboxWallState.Off, SandboxWallState.Off),
            (walls["network"].State, walls["root file system"].State, walls["devices"].State, walls["memory"].State, walls["processors"].State, walls["security module"].State));
        Assert.Contains("apparmorProfile has no effect", walls["security module"].Detail);
        Assert.Contains("GPUs of the host", walls["devices"].Detail);
        int[] stars = [.. SandboxWalls.Of(settings, Plan(docker, facts), facts).Select(wall => wall.Stars)];
        Assert.Equal(stars.OrderDescending(), stars);
    }

    [Fact]
    public void Bubblewrap_names_the_keys_that_it_has_no_use_for()
    {
        SandboxDockerConfig docker = new()
        {
            User = "7:7",
            CapDrop = ["NET_RAW"],
            Dns = ["192.0.2.1"],
            SeccompProfile = "/p.json",
            Ulimits = new Dictionary<string, string> { ["rss"] = "1", ["nofile"] = "9" },
        };
        Assert.Equal("bubblewrap has no use for docker.user, docker.capDrop, docker.seccompProfile, docker.dns, docker.ulimits.rss", Keys(docker)!.Detail);
        Assert.Null(Keys(new SandboxDockerConfig()));

        SandboxWall? Keys(SandboxDockerConfig given)
        {
            ProcessEnvironment environment = new([new("HOME", "/home/ada")]);
            SandboxConfig settings = new() { Docker = given };
            BubblewrapPlan plan = BubblewrapPlan.Make(settings, Scope, StatePaths.Resolve(environment, stateDirFlag: _dir.PathOf("state")), environment, null);
            return SandboxWalls.Of(settings, plan, SandboxCgroup.For("x", plan.Limits, environment, _dir.PathOf("none"))).SingleOrDefault(wall => wall.Name == "keys");
        }
    }

    [Theory]
    [InlineData("OPENCLAW_DOCKER_SOCKET=/a DOCKER_HOST=unix:///c XDG_RUNTIME_DIR=/x", "/b", "/a! /b! /c! /x/docker.sock /x/podman/podman.sock /run/podman/podman.sock /var/run/docker.sock")]
    [InlineData("DOCKER_HOST=tcp://192.0.2.1:2375", null, "/run/podman/podman.sock /var/run/docker.sock")] // the workspace is not there
    [InlineData("", "unix:///b", "/b! /run/podman/podman.sock /var/run/docker.sock")]
    public void Engines_are_looked_for_in_order_and_only_named_ones_may_be_roots(string variables, string? configured, string places)
    {
        ProcessEnvironment environment = new(variables.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => KeyValuePair.Create(pair.Split('=')[0], pair.Split('=')[1])));
        Assert.Equal(places, string.Join(' ', EngineEndpoint.All(environment, configured).Select(place => place.SocketPath + (place.Chosen ? "!" : ""))));
    }

    private static SandboxScope Scope => new("main", "agent:main:main", "/srv/work");

    private static EngineFacts Facts => new() { Version = "", Memory = 4L << 30, Processors = 4, LimitsMemory = true, LimitsPids = true, LimitsCpu = true };

    private JsonElement Host(SandboxDockerConfig docker) =>
        JsonSerializer.SerializeToElement(Plan(docker).Request, DockerJson.Default.ContainerCreateRequest).GetProperty("HostConfig");

    private SandboxPlan Plan(SandboxDockerConfig docker, EngineFacts? facts = null, string access = "none", string workspace = "/srv/work")
    {
        ProcessEnvironment environment = new([new("HOME", "/home/ada")]);
        return SandboxPlan.Make(
            new SandboxConfig { WorkspaceAccess = access, Docker = docker },
            Scope with { WorkspaceDir = workspace },
            facts ?? Facts,
            "/run/user/1000/docker.sock",
            StatePaths.Resolve(environment, stateDirFlag: _dir.PathOf("state")),
            environment);
    }
}
