using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Sandbox;
using OpenClaw.Edge.TestKit;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Sandbox;

/// <summary>A user manager limits what root's manager lent it the right to limit, and nothing else is promised.</summary>
public sealed class SandboxCgroupTests : IDisposable
{
    private static readonly SandboxLimits s_limits = new() { Memory = 256 << 20, MemorySwap = 384 << 20, Cpus = 1.5, Pids = 64 };

    private readonly TempDir _dir = new();

    public SandboxCgroupTests()
    {
        Touch("run/systemd/private");
        Touch("bin/systemd-run");
        Touch("tree/cgroup.controllers"); // version 2, where root may make nothing: the file system is an ordinary one
    }

    public void Dispose() => _dir.Dispose();

    [Fact]
    public void What_was_lent_is_limited_and_the_rest_is_not_promised()
    {
        Lend("cpuset memory pids\n");
        SandboxCgroup group = Group();
        Assert.Equal(
            [
                _dir.PathOf("bin/systemd-run"), "--user", "--scope", "--quiet", "--collect", "--property=MemoryMax=268435456",
                "--property=MemorySwapMax=134217728", "--property=TasksMax=64", "--",
            ],
            group.Prefix);
        Assert.Equal((true, true, false), (group.LimitsMemory, group.LimitsPids, group.LimitsCpu));
        Assert.Contains("user manager", group.Source);
        Assert.Empty(group.Doors);
    }

    [Fact]
    public void Processor_time_is_a_share_of_one_processor()
    {
        Lend("cpu memory pids\n");
        Assert.Contains("--property=CPUQuota=150%", Group().Prefix);
        Assert.True(Group().LimitsCpu);
    }

    [Theory]
    [InlineData("cpuset io\n")]
    [InlineData("")]
    [InlineData(null)] // version 1
    public void Where_nothing_was_lent_the_manager_is_not_asked_and_nothing_promised(string? lent)
    {
        Lend(lent);
        SandboxCgroup group = Group();
        Assert.Empty(group.Prefix);
        Assert.Null(group.Source);
        Assert.Equal((false, false, false), (group.LimitsMemory, group.LimitsPids, group.LimitsCpu));
    }

    [Theory]
    [InlineData("run/systemd/private")]
    [InlineData("bin/systemd-run")]
    public void Without_a_user_manager_each_process_is_limited_by_itself(string missing)
    {
        Lend("cpu memory pids\n");
        File.Delete(_dir.PathOf(missing));
        Assert.Null(Group().Source);
    }

    private void Lend(string? controllers)
    {
        string folder = _dir.PathOf($"tree/user.slice/user-{SandboxNative.Self.Uid}.slice/user@{SandboxNative.Self.Uid}.service");
        Directory.CreateDirectory(folder);
        if (controllers is not null)
        {
            File.WriteAllText(Path.Combine(folder, "cgroup.controllers"), controllers);
        }
    }

    private void Touch(string name)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_dir.PathOf(name))!);
        File.WriteAllText(_dir.PathOf(name), "");
    }

    private SandboxCgroup Group() => SandboxCgroup.For(
        "box", s_limits, new ProcessEnvironment([new("XDG_RUNTIME_DIR", _dir.PathOf("run")), new("PATH", _dir.PathOf("bin"))]), _dir.PathOf("tree"));
}
