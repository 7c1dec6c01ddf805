using OpenClaw.Edge.Platform;
using OpenClaw.Edge.TestKit;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Platform;

public sealed class MemoryPressureTests : IDisposable
{
    private const long Mb = 1 << 20;
    private readonly ManualTimeProvider _time = new();
    private readonly List<bool> _told = [];
    private readonly MemoryPressure _pressure;
    private MachineMemory? _memory = new MachineMemory(256 * Mb, 100 * Mb);
    private Action _relief = static () => { };
    private int _reads;
    private int _reliefs;

    public MemoryPressureTests() => _pressure = new MemoryPressure(Read, Relieve, _time) { Changed = _told.Add };

    public void Dispose() => _pressure.Dispose();

    [Fact]
    public void Refuses_below_sixteen_megabytes_and_begins_again_at_twice_that()
    {
        Assert.False(_pressure.Refuses());
        Becomes(15);
        Assert.True(_pressure.Refuses());
        Becomes(31);
        Assert.True(_pressure.Refuses());
        Becomes(32);
        Assert.False(_pressure.Refuses());
        Becomes(16);
        Assert.False(_pressure.Refuses());

        Assert.Equal(2, _pressure.Refused);
        Assert.Equal([true, false], _told);
    }

    [Fact]
    public void What_it_can_spare_itself_is_given_back_before_anybody_is_refused_and_not_all_the_time()
    {
        _relief = () => _memory = new MachineMemory(256 * Mb, 50 * Mb);
        Becomes(10);
        Assert.False(_pressure.IsShort);
        Assert.Equal(1, _reliefs);

        _relief = static () => { };
        Becomes(10);
        Assert.True(_pressure.IsShort);
        Assert.Equal(1, _reliefs);
        Becomes(200);
        Assert.False(_pressure.IsShort);
        _time.Advance(TimeSpan.FromSeconds(30));
        Becomes(10);
        Assert.True(_pressure.IsShort);
        Assert.Equal(2, _reliefs);
    }

    [Fact]
    public void Looks_once_a_second_when_asked_and_never_by_itself_while_all_is_well()
    {
        for (int ask = 0; ask < 100; ask++)
        {
            Assert.False(_pressure.IsShort);
        }

        Assert.Equal(1, _reads);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(1, _reads);
    }

    [Fact]
    public void Finds_out_by_itself_that_it_is_over()
    {
        Becomes(1);
        Assert.True(_pressure.IsShort);
        _memory = new MachineMemory(256 * Mb, 200 * Mb);
        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal([true, false], _told);
    }

    [Fact]
    public void A_group_that_stands_still_for_memory_is_short_of_it_unless_there_is_plenty()
    {
        _memory = new MachineMemory(256 * Mb, 60 * Mb) { Stalled = 41 };
        Assert.True(_pressure.IsShort);
        _memory = new MachineMemory(256 * Mb, 60 * Mb) { Stalled = 21 };
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.True(_pressure.IsShort);
        _memory = new MachineMemory(256 * Mb, 60 * Mb) { Stalled = 20 };
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.False(_pressure.IsShort);
        _memory = new MachineMemory(256 * Mb, 65 * Mb) { Stalled = 90 };
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.False(_pressure.IsShort);
    }

    [Fact]
    public void Pages_that_the_kernel_can_take_back_are_room()
    {
        _memory = new MachineMemory(256 * Mb, 0) { BusyPages = 40 * Mb };
        Assert.False(_pressure.IsShort);
    }

    [Fact]
    public void Where_memory_cannot_be_read_nothing_is_refused()
    {
        _memory = null;
        Assert.False(_pressure.Refuses());
        Assert.Null(_pressure.Memory);
    }

    [Fact]
    public void A_large_machine_keeps_sixty_four_megabytes()
    {
        _memory = new MachineMemory(64_000 * Mb, 65 * Mb);
        Assert.False(_pressure.IsShort);
        _time.Advance(TimeSpan.FromSeconds(2));
        _memory = new MachineMemory(64_000 * Mb, 63 * Mb);
        Assert.True(_pressure.IsShort);
    }

    private MachineMemory? Read()
    {
        _reads++;
        return _memory;
    }

    private void Relieve()
    {
        _reliefs++;
        _relief();
    }

    private void Becomes(long megabytes)
    {
        _memory = new MachineMemory(256 * Mb, megabytes * Mb);
        _time.Advance(TimeSpan.FromSeconds(2));
    }
}
