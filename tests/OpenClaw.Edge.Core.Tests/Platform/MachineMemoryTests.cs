using OpenClaw.Edge.Platform;
using OpenClaw.Edge.TestKit;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Platform;

public sealed class MachineMemoryTests : IDisposable
{
    private const string Meminfo = "MemTotal:        8000000 kB\nMemFree:          100000 kB\nMemAvailable:    6000000 kB\nBuffers:               1 kB\n";

    private readonly TempDir _dir = new();

    public void Dispose() => _dir.Dispose();

    [Fact]
    public void This_machine_has_some()
    {
        MachineMemory memory = MachineMemory.Read()!.Value;
        Assert.InRange(memory.Available, 1, memory.Total);
    }

    [Fact]
    public void Without_a_limit_it_is_the_machines()
    {
        _dir.Write("proc/meminfo", Meminfo);
        Assert.Equal(new MachineMemory(8_000_000L * 1024, 6_000_000L * 1024), Read());
    }

    [Fact]
    public void A_limit_of_a_level_above_holds_and_idle_file_pages_count_as_free()
    {
        _dir.Write("proc/meminfo", Meminfo);
        _dir.Write("proc/self/cgroup", "0::/system.slice/openclaw.service\n");
        _dir.Write("sys/fs/cgroup/system.slice/openclaw.service/memory.max", "max\n");
        _dir.Write("sys/fs/cgroup/system.slice/openclaw.service/memory.current", "5\n");
        _dir.Write("sys/fs/cgroup/system.slice/memory.max", "1000000\n");
        _dir.Write("sys/fs/cgroup/system.slice/memory.current", "700000\n");
        _dir.Write("sys/fs/cgroup/system.slice/memory.stat", "anon 1\ninactive_file 200000\n");
        Assert.Equal(new MachineMemory(1_000_000, 500_000), Read());
    }

    [Fact]
    public void Says_how_long_the_group_stood_still_and_what_the_kernel_could_still_take_back()
    {
        _dir.Write("proc/self/cgroup", "0::/box\n");
        _dir.Write("sys/fs/cgroup/box/memory.max", "1000\n");
        _dir.Write("sys/fs/cgroup/box/memory.current", "990\n");
        _dir.Write("sys/fs/cgroup/box/memory.stat", "active_file 300\ninactive_file 50\nslab_reclaimable 20\n");
        _dir.Write("sys/fs/cgroup/box/memory.pressure", "some avg10=12.00 avg60=1.00 avg300=0.00 total=1\nfull avg10=7.25 avg60=0.00 avg300=0.00 total=1\n");
        Assert.Equal(new MachineMemory(1000, 60) { Stalled = 7.25, BusyPages = 320 }, Read());
        Assert.Equal(380, Read()!.Value.Headroom);
    }

    [Fact]
    public void The_softer_limit_counts_where_it_is_lower()
    {
        _dir.Write("proc/self/cgroup", "0::/\n");
        _dir.Write("sys/fs/cgroup/memory.max", "1000\n");
        _dir.Write("sys/fs/cgroup/memory.high", "800\n");
        _dir.Write("sys/fs/cgroup/memory.current", "900\n");
        Assert.Equal(new MachineMemory(800, 0), Read());
    }

    [Fact]
    public void Version_1_of_cgroups_is_read_too()
    {
        _dir.Write("proc/self/cgroup", "5:cpu,memory:/docker/abc\n1:name=systemd:/docker/abc\n");
        _dir.Write("sys/fs/cgroup/memory/memory.limit_in_bytes", "1000\n");
        _dir.Write("sys/fs/cgroup/memory/memory.usage_in_bytes", "300\n");
        _dir.Write("sys/fs/cgroup/memory/memory.stat", "total_inactive_file 100\n");
        Assert.Equal(new MachineMemory(1000, 800), Read());
    }

    [Fact]
    public void No_limit_in_version_1_is_a_huge_number()
    {
        _dir.Write("proc/meminfo", Meminfo);
        _dir.Write("proc/self/cgroup", "5:memory:/\n");
        _dir.Write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
        _dir.Write("sys/fs/cgroup/memory/memory.usage_in_bytes", "300\n");
        Assert.Equal(8_000_000L * 1024, Read()!.Value.Total);
    }

    [Fact]
    public void Where_nothing_can_be_read_it_is_unknown() => Assert.Null(Read());

    private MachineMemory? Read() => MachineMemory.Read(_dir.Root);
}
