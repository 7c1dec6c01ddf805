using System.Text.Json;
using OpenClaw.Edge.Storage;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.TestKit.Bus;
using Xunit;

namespace OpenClaw.Edge.Tests.Cli;

/// <summary><c>openclaw gateway start|stop|restart</c> and what <c>gateway status</c> says of the unit, with a scripted systemd.</summary>
public sealed class GatewayServiceTests : IDisposable
{
    private const string Unit = "openclaw.service";
    private readonly TempDir _dir = new();

    public GatewayServiceTests() => Assert.SkipUnless(HasLibrary, "libsystemd is not installed");

    public static bool HasLibrary =>
        Directory.EnumerateFiles("/usr/lib", "libsystemd.so.0", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1, IgnoreInaccessible = true }).Any();

    public void Dispose() => _dir.Dispose();

    [Fact]
    public async Task Restart_asks_systemd_for_the_machines_unit_and_tells_the_new_process()
    {
        using ScriptedSystemd systemd = Machine();
        systemd.Knows(Unit, "active", pid: 4711);
        using CliRun run = Cli(systemd);

        Assert.Equal(0, await run.InvokeAsync("gateway", "restart"));

        Assert.Equal("restarted: active (running), process 4712\n", run.Out.ToString());
        Assert.Equal(["RestartUnit openclaw.service"], systemd.Done);
    }

    [Fact]
    public async Task The_persons_own_unit_comes_first_where_it_is_used()
    {
        using ScriptedSystemd machine = Machine();
        using ScriptedSystemd person = new(_dir.PathOf("run/systemd/private"));
        machine.Knows(Unit, "active");
        person.Knows(Unit, "inactive");
        using CliRun run = Cli(machine).With("XDG_RUNTIME_DIR", _dir.PathOf("run"));

        Assert.Equal(0, await run.InvokeAsync("gateway", "start", "--json"));

        Assert.Equal(["StartUnit openclaw.service"], person.Done);
        Assert.Empty(machine.Done);
        JsonElement service = run.Json.GetProperty("service");
        Assert.Equal(("start", "started", true), (run.Json.GetProperty("action").GetString(), run.Json.GetProperty("result").GetString(), run.Json.GetProperty("ok").GetBoolean()));
        Assert.Equal(("user", "running", 4712), (service.GetProperty("manager").GetString(), service.GetProperty("runtime").GetProperty("status").GetString(), service.GetProperty("runtime").GetProperty("pid").GetInt32()));
    }

    [Fact]
    public async Task A_person_without_the_right_is_given_the_line_to_type()
    {
        using ScriptedSystemd systemd = Machine();
        systemd.Knows(Unit, "active");
        systemd.Refusal = "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired";
        await RestartFailsAsync(systemd, "sudo systemctl restart openclaw.service");
    }

    [Fact]
    public async Task A_gateway_that_does_not_come_up_is_a_failure_with_the_journals_line()
    {
        using ScriptedSystemd systemd = Machine();
        systemd.Knows(Unit, "active");
        systemd.Comes = "failed";
        await RestartFailsAsync(systemd, "openclaw.service is failed (dead): exit-code; 'journalctl -u openclaw.service -n 20'");
    }

    [Fact]
    public async Task Nothing_is_done_twice()
    {
        using ScriptedSystemd systemd = Machine();
        systemd.Knows(Unit, "active", pid: 4711).Knows("openclaw@anna.service", "inactive");
        using CliRun running = Cli(systemd);
        using CliRun stopped = Cli(systemd);

        Assert.Equal(0, await running.InvokeAsync("gateway", "start", "--json"));
        Assert.Equal(0, await stopped.InvokeAsync("gateway", "stop", "--json", "--state-dir", "/var/lib/openclaw-anna"));

        Assert.Equal(("already-running", "not-loaded"), (running.Json.GetProperty("result").GetString(), stopped.Json.GetProperty("result").GetString()));
        Assert.Empty(systemd.Done);
    }

    [Fact]
    public async Task A_unit_may_be_named_and_a_strange_state_directory_needs_that()
    {
        using ScriptedSystemd systemd = Machine();
        systemd.Knows(Unit, "active").Knows("kitchen.service", "active", file: "disabled");
        using CliRun strange = Cli(systemd).With("OPENCLAW_STATE_DIR", _dir.PathOf("elsewhere"));
        using CliRun named = Cli(systemd).With("OPENCLAW_STATE_DIR", _dir.PathOf("elsewhere")).With("OPENCLAW_SYSTEMD_UNIT", "kitchen");

        Assert.Equal(1, await strange.InvokeAsync("gateway", "restart"));
        Assert.Equal(0, await named.InvokeAsync("gateway", "restart"));

        Assert.Contains("OPENCLAW_SYSTEMD_UNIT", strange.Error.ToString(), StringComparison.Ordinal);
        Assert.Equal(["RestartUnit kitchen.service"], systemd.Done);
    }

    [Fact]
    public async Task Restart_waits_for_work_when_asked_and_not_when_it_is_not()
    {
        using ScriptedSystemd systemd = Machine();
        systemd.Knows(Unit, "active");
        int asked = 0;
        await using ScriptedGateway gateway = new();
        gateway.On("gateway.restart.preflight", call => call.AnswerAsync(
            Interlocked.Increment(ref asked) < 3 ? """{"safe":false,"summary":"restart deferred: 1 active embedded run(s)"}""" : """{"safe":true}"""));
        using CliRun safe = new(gateway);
        using CliRun plain = new(gateway);

        Assert.Equal(0, await safe.With("DBUS_SYSTEM_BUS_ADDRESS", systemd.Address).InvokeAsync("gateway", "restart", "--safe"));
        Assert.Equal(0, await plain.With("DBUS_SYSTEM_BUS_ADDRESS", systemd.Address).InvokeAsync("gateway", "restart"));

        Assert.Equal(3, asked);
        Assert.Equal("restart deferred: 1 active embedded run(s)\nnothing runs\n", safe.Error.ToString());
        Assert.Equal(2, systemd.Done.Count);
    }

    [Theory]
    [InlineData("--safe", "--force")]
    [InlineData("--safe", "--wait", "5s")]
    [InlineData("--skip-deferral")]
    [InlineData("--wait", "soon")]
    public async Task Flags_that_contradict_each_other_are_refused(params string[] flags)
    {
        using CliRun run = new();

        Assert.Equal(2, await run.InvokeAsync(["gateway", "restart", .. flags]));
    }

    [Fact]
    public async Task A_gateway_started_by_hand_is_no_service_and_is_named_by_its_process()
    {
        using ScriptedSystemd systemd = Machine();
        systemd.Knows(Unit, "active");
        using CliRun run = Cli(systemd);
        Assert.True(StateLock.TryAcquire(run.Home.Subdirectory(".openclaw"), TimeProvider.System, out StateLock? held, out _));
        using StateLock owned = held!;

        Assert.Equal(1, await run.InvokeAsync("gateway", "restart"));

        Assert.Contains($"the gateway is process {Environment.ProcessId}", run.Error.ToString(), StringComparison.Ordinal);
        Assert.Empty(systemd.Done);
    }

    [Fact]
    public async Task Status_shows_the_unit_beside_the_gateway()
    {
        using ScriptedSystemd systemd = Machine();
        systemd.Knows(Unit, "active", pid: 4711);
        using CliRun text = Cli(systemd);
        using CliRun json = Cli(systemd);

        Assert.Equal(0, await text.InvokeAsync("gateway", "status", "--no-probe"));
        Assert.Equal(0, await json.InvokeAsync("gateway", "status", "--no-probe", "--json"));

        Assert.Contains("  service   openclaw.service: active (running), enabled, process 4711\n            Listening on the test's port\n", text.Out.ToString(), StringComparison.Ordinal);
        JsonElement service = json.Json.GetProperty("service");
        Assert.Equal(("systemd", true, "active"), (service.GetProperty("label").GetString(), service.GetProperty("loaded").GetBoolean(), service.GetProperty("runtime").GetProperty("state").GetString()));
        Assert.Equal(18789, json.Json.GetProperty("gateway").GetProperty("port").GetInt32());
    }

    [Fact]
    public async Task Without_a_bus_the_feature_is_off_and_that_is_said()
    {
        using CliRun run = new CliRun().With("DBUS_SYSTEM_BUS_ADDRESS", $"unix:path={_dir.PathOf("nobody")}");

        Assert.Equal(0, await run.InvokeAsync("gateway", "status", "--no-probe"));
        Assert.Contains("  service   none: there is no system bus", run.Out.ToString(), StringComparison.Ordinal);
        Assert.Equal(1, await run.InvokeAsync("gateway", "restart"));
        Assert.Contains("'openclaw gateway run' starts it in the foreground", run.Error.ToString(), StringComparison.Ordinal);
    }

    private ScriptedSystemd Machine() => new(_dir.PathOf("bus"));

    private async Task RestartFailsAsync(ScriptedSystemd systemd, string saying)
    {
        using CliRun run = Cli(systemd);

        Assert.Equal(1, await run.InvokeAsync("gateway", "restart"));
        Assert.Contains(saying, run.Error.ToString(), StringComparison.Ordinal);
    }

    private static CliRun Cli(ScriptedSystemd machine) => new CliRun().With("DBUS_SYSTEM_BUS_ADDRESS", machine.Address);
}
