using OpenClaw.Edge.Platform.DBus;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.TestKit.Bus;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Platform;

/// <summary>systemd over the D-Bus wire, and which unit a gateway is. The real one is in the appliance suite.</summary>
public sealed class SystemdBusTests : IDisposable
{
    private readonly TempDir _dir = new();

    public SystemdBusTests() => Assert.SkipUnless(SdBusLibrary.Instance is not null, "libsystemd is not installed");

    public void Dispose() => _dir.Dispose();

    [Theory]
    [InlineData("bus")]
    [InlineData("systemd/private")]
    public void A_unit_is_looked_at_by_bus_and_by_private_socket(string socket)
    {
        using ScriptedSystemd scripted = new(_dir.PathOf(socket));
        scripted.Knows("openclaw.service", "active", "enabled-runtime", pid: 4711);
        using SystemdBus systemd = new(scripted.Address);

        UnitState state = systemd.Look("openclaw.service");
        UnitState other = systemd.Look("openclaw@anna.service");

        Assert.Equal(("active", "running", "enabled-runtime", "success"), (state.Active, state.Sub, state.File, state.Result));
        Assert.Equal((4711, 0, "Listening on the test's port", "active (running)"), (state.MainPid, state.Restarts, state.Says, state.Text));
        Assert.True(state is { IsKnown: true, IsEnabled: true, IsInUse: true });
        Assert.False(other.IsKnown || other.IsEnabled || other.IsInUse);
    }

    [Theory]
    [InlineData("start", "StartUnit")]
    [InlineData("stop", "StopUnit")]
    [InlineData("restart", "RestartUnit")]
    public void What_is_asked_is_done_when_the_job_is_gone(string verb, string member)
    {
        using ScriptedSystemd scripted = new(_dir.PathOf("bus"));
        scripted.Knows("openclaw.service", "active");
        using SystemdBus systemd = new(scripted.Address);

        systemd.Do(verb, "openclaw.service", TimeSpan.FromMinutes(1), TimeProvider.System, TestContext.Current.CancellationToken);

        Assert.Equal([$"{member} openclaw.service"], scripted.Done);
        Assert.Equal(verb == "stop" ? "inactive" : "active", systemd.Look("openclaw.service").Active);
    }

    [Fact]
    public async Task Refusals_keep_their_name_and_a_job_without_end_is_given_up()
    {
        using ScriptedSystemd scripted = new(_dir.PathOf("bus"));
        scripted.Knows("openclaw.service", "active");
        scripted.LooksUntilDone = int.MaxValue;
        using SystemdBus systemd = new(scripted.Address);
        using CancellationTokenSource impatient = new();

        BusException slow = Assert.Throws<BusException>(() => systemd.Do("restart", "openclaw.service", TimeSpan.FromMilliseconds(1), TimeProvider.System, CancellationToken.None));
        await impatient.CancelAsync();
        Assert.Throws<OperationCanceledException>(() => systemd.Do("restart", "openclaw.service", TimeSpan.FromMinutes(1), TimeProvider.System, impatient.Token));
        scripted.Refusal = "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired";
        BusException refused = Assert.Throws<BusException>(() => systemd.Do("restart", "openclaw.service", TimeSpan.FromMinutes(1), TimeProvider.System, CancellationToken.None));

        Assert.Contains("not done it in time", slow.Message, StringComparison.Ordinal);
        Assert.Equal("org.freedesktop.DBus.Error.InteractiveAuthorizationRequired", refused.Name);
    }

    [Theory]
    [InlineData("0::/system.slice/openclaw.service", "openclaw.service", false)]
    [InlineData("0::/system.slice/system-openclaw.slice/openclaw@anna.service/inner", "openclaw@anna.service", false)]
    [InlineData("0::/user.slice/user-1000.slice/user@1000.service/app.slice/openclaw.service", "openclaw.service", true)]
    [InlineData("0::/user.slice/user-1000.slice/session-3.scope", null, false)]
    [InlineData("0::/system.slice/cron.service", null, false)]
    [InlineData("1:name=systemd:/system.slice/openclaw.service", null, false)]
    public void Unit_of_a_process_is_read_from_its_control_group(string group, string? name, bool personal)
    {
        _dir.Write("proc/7/cgroup", group + "\n");

        ServiceUnit? unit = ServiceUnit.OfProcess(7, _dir.Root);

        Assert.Equal((name, personal), (unit?.Name, unit?.IsPersonal ?? false));
        Assert.Null(ServiceUnit.OfProcess(8, _dir.Root));
    }

    [Theory]
    [InlineData("/var/lib/openclaw", "openclaw.service")]
    [InlineData("/var/lib/openclaw/", "openclaw.service")]
    [InlineData("/var/lib/openclaw-anna", "openclaw@anna.service")]
    [InlineData("/var/lib/private/openclaw-anna", "openclaw@anna.service")]
    [InlineData("/var/lib/openclaw-anna/inside", null)]
    [InlineData("/home/anna/.openclaw", null)]
    public void Unit_of_a_packaged_state_directory_is_known(string state, string? name) => Assert.Equal(name, ServiceUnit.OfState(state)?.Name);

    [Fact]
    public void Person_is_reached_by_the_private_socket_before_the_bus()
    {
        Assert.Null(SystemdBus.AddressOfPerson(null));
        Assert.Null(SystemdBus.AddressOfPerson(_dir.Root));
        _dir.Write("bus", "");
        Assert.Equal($"unix:path={_dir.Root}/bus", SystemdBus.AddressOfPerson(_dir.Root));
        _dir.Write("systemd/private", "");
        Assert.Equal($"unix:path={_dir.Root}/systemd/private", SystemdBus.AddressOfPerson(_dir.Root));
    }
}
