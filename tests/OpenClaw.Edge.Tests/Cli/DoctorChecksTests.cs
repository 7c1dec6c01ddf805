using OpenClaw.Edge.Cli.Checks;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Platform;
using OpenClaw.Edge.TestKit;
using Xunit;

namespace OpenClaw.Edge.Tests.Cli;

/// <summary>Each check of <c>openclaw doctor</c> on a state that is broken in that way, and the same state when it is not.</summary>
public sealed class DoctorChecksTests : IDisposable
{
    private const string Paid = "models: { providers: { far: { baseUrl: 'https://api.example.com/v1', models: [{ id: 'big' }] } } }";

    private readonly CliRun run = new();
    private readonly TempDir root = new();

    public void Dispose()
    {
        run.Dispose();
        root.Dispose();
    }

    [Fact]
    public async Task A_sound_state_has_none_of_these_findings()
    {
        Config("{ gateway: { port: 19001 } }");

        string[] found = await ChecksAsync();

        Assert.DoesNotContain(found, id => id is "edge/doctor/database" or "edge/doctor/leftovers" or "edge/doctor/restore" or "edge/doctor/exposure"
            or "edge/doctor/lan" or "edge/doctor/tls" or "edge/doctor/paths" or "edge/doctor/context" or "edge/doctor/spend" or "edge/doctor/restarts"
            or "edge/doctor/owner" or "edge/doctor/wal" or "edge/doctor/logs" or "edge/doctor/token-age" or "edge/doctor/linger" or "edge/doctor/file-modes");
        Assert.Contains("edge/doctor/backup", found); // there is none yet
    }

    [Theory]
    [InlineData("edge/doctor/exposure", "{ gateway: { bind: 'lan', auth: { mode: 'none' } } }")]
    [InlineData("edge/doctor/exposure", "{ gateway: { auth: { token: 'changeme' } } }")]
    [InlineData("edge/doctor/exposure", "{ gateway: { controlUi: { dangerouslyAllowHostHeaderOriginFallback: true } } }")]
    [InlineData("edge/doctor/lan", "{ gateway: { bind: 'lan', tls: { enabled: false } } }")]
    [InlineData("edge/doctor/tls", "{ gateway: { tls: { certPath: '/nowhere/cert.pem', keyPath: '/nowhere/key.pem' } } }")]
    [InlineData("edge/doctor/paths", "{ agents: { defaults: { workspace: '/nowhere/desk' } } }")]
    [InlineData("edge/doctor/context", "{ models: { providers: { lab: { baseUrl: 'http://127.0.0.1:1', models: [{ id: 'm', contextWindow: 262144 }] } } } }")]
    [InlineData("edge/doctor/context", "{ models: { providers: { lab: { baseUrl: 'http://127.0.0.1:1', models: [{ id: 'm', contextWindow: 2048 }] } } } }")]
    [InlineData("edge/doctor/spend", "{ " + Paid + ", agents: { defaults: { model: { primary: 'far/big' }, heartbeat: { every: '30m' } } } }")]
    public async Task Configuration_that_will_hurt_is_named(string check, string config)
    {
        Config(config);

        Assert.Contains(check, await ChecksAsync());
    }

    [Fact]
    public async Task Heartbeats_with_a_limit_are_no_matter()
    {
        Config("{ " + Paid + ", usage: { limits: { day: { costUsd: 1 } } }, agents: { defaults: { model: { primary: 'far/big' }, heartbeat: { every: '30m' } } } }");

        Assert.DoesNotContain("edge/doctor/spend", await ChecksAsync());
    }

    [Fact]
    public async Task Damaged_database_old_token_restore_that_ended_early_and_big_logs_are_named()
    {
        Config("{}");
        run.Home.Write(".openclaw/state/openclaw-edge.sqlite", "SQLite format 3\0 and then nothing of the kind");
        run.Home.Write(".openclaw/backups/before-restore-2026-01-01T00-00-00.000Z/UNFINISHED", "x");
        string token = run.Home.Write(".openclaw/gateway-token", "a-token-that-is-long-enough-0123456789");
        File.SetLastWriteTimeUtc(token, run.Clock.GetUtcNow().UtcDateTime.AddDays(-100));
        using (FileStream log = File.Create(Path.Combine(run.Home.Subdirectory(".openclaw/logs"), "old.log")))
        {
            log.SetLength(65L << 20);
        }

        using (FileStream wal = File.Create(run.Home.PathOf(".openclaw/state/openclaw-edge.sqlite-wal")))
        {
            wal.SetLength(65L << 20);
        }

        string[] found = await ChecksAsync();

        Assert.Superset(new HashSet<string>(["edge/doctor/database", "edge/doctor/restore", "edge/doctor/token-age", "edge/doctor/logs", "edge/doctor/wal"]), new HashSet<string>(found));
    }

    [Fact]
    public async Task Files_of_another_user_are_named()
    {
        Assert.SkipUnless(FileFacts.CurrentUserId == 0, "only root can give files away");
        Config("{}");
        string file = run.Home.Write(".openclaw/exec-approvals.json", "{}");
        using System.Diagnostics.Process chown = System.Diagnostics.Process.Start("chown", ["12345", file]);
        await chown.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Contains("edge/doctor/owner", await ChecksAsync());
    }

    [Fact]
    public async Task Leftovers_are_put_aside_when_asked_and_come_back()
    {
        Config("{}");
        string stale = run.Home.Write(".openclaw/.openclaw.json.abc.tmp", "half a file");
        File.SetLastWriteTimeUtc(stale, run.Clock.GetUtcNow().UtcDateTime.AddDays(-2));
        string fresh = run.Home.Write(".openclaw/.openclaw.json.def.tmp", "being written");

        Assert.Equal(0, await run.InvokeAsync("doctor", "--fix"));
        Assert.True(File.Exists(stale));
        Assert.Equal(0, await run.InvokeAsync("doctor", "--fix", "--yes"));
        Assert.False(File.Exists(stale));
        Assert.True(File.Exists(fresh));
        Assert.Equal(0, await run.InvokeAsync("doctor", "--undo"));
        Assert.Equal("half a file", await File.ReadAllTextAsync(stale, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Little_memory_is_named()
    {
        Assert.Equal(FindingSeverity.Error, Assert.Single(MachineChecks.Memory(new MachineMemory(64 << 20, 60 << 20))).Severity);
        Assert.Equal(FindingSeverity.Warning, Assert.Single(MachineChecks.Memory(new MachineMemory(1L << 30, 10 << 20))).Severity);
        Assert.Equal(FindingSeverity.Ok, Assert.Single(MachineChecks.Memory(new MachineMemory(1L << 30, 500 << 20))).Severity);
        Assert.Empty(MachineChecks.Memory(null));
    }

    [Fact]
    public void Process_that_was_killed_for_memory_or_spins_is_named()
    {
        root.Write("proc/7/cgroup", "0::/system.slice/openclaw.service\n");
        root.Write("sys/fs/cgroup/system.slice/openclaw.service/memory.events", "low 0\nhigh 3\nmax 2\noom 1\noom_kill 2\n");
        root.Write("proc/7/stat", "7 (open claw) S 1 7 7 0 -1 4194560 1 0 0 0 90000 10000 0 0 20 0 9 0 1000 1 1");
        root.Write("proc/uptime", "1500.00 3000.00\n");

        Assert.Equal(["edge/doctor/oom", "edge/doctor/cpu"], MachineChecks.Process(7, root.Root).Select(finding => finding.CheckId));
        root.Write("sys/fs/cgroup/system.slice/openclaw.service/memory.events", "oom_kill 0\n");
        root.Write("proc/uptime", "900000.00 3000.00\n");
        Assert.Empty(MachineChecks.Process(7, root.Root));
        Assert.Empty(MachineChecks.Process(8, root.Root));
    }

    [Fact]
    public void Many_starts_within_an_hour_are_named_and_older_ones_are_not()
    {
        DateTimeOffset now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
        string log = root.Write("openclaw.log", string.Concat(Enumerable.Range(0, 12).Select(i =>
            $$"""{"0":"{}","1":"Listening on ws://127.0.0.1:1/, version 1","_meta":{},"time":"{{now.AddMinutes(-8 * i):yyyy-MM-dd'T'HH:mm:ss.fff'Z'}}"}""" + "\n")));

        Assert.Equal(FindingSeverity.Error, MachineChecks.Starts(log, now).Severity);
        Assert.Equal(FindingSeverity.Ok, MachineChecks.Starts(log, now.AddHours(1)).Severity);
        Assert.Equal(FindingSeverity.Ok, MachineChecks.Starts("/nowhere", now).Severity);
    }

    [Theory]
    [InlineData("Run r1 failed (ServerError): Ollama at 127.0.0.1:11434 answered 500: CUDA error: out of memory", true)]
    [InlineData("Run r1 failed (ServerError): model requires more system memory (8.4 GiB) than is available (5.6 GiB)", true)]
    [InlineData("Run r1 failed (ServerError): Ollama at 127.0.0.1:11434 did not answer", false)]
    [InlineData("The kernel speaks of being out of memory", false)]
    public void A_model_server_that_ran_out_of_memory_within_a_day_is_named(string message, bool named)
    {
        DateTimeOffset now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
        string log = root.Write("openclaw.log", $$"""{"0":"{}","1":"{{message}}","_meta":{},"time":"2026-11-21T09:00:00.000Z"}""" + "\n");

        Assert.Equal(named, MachineChecks.ModelMemory(log, now).Any());
        Assert.Empty(MachineChecks.ModelMemory(log, now.AddDays(1)));
        Assert.Empty(MachineChecks.ModelMemory("/nowhere", now));
    }

    [Fact]
    public void A_user_service_without_linger_a_firewall_and_a_missing_name_server_are_named()
    {
        string home = root.Subdirectory("home");
        root.Write("home/.config/systemd/user/default.target.wants/openclaw.service", "");
        root.Write("etc/ufw/ufw.conf", "# comment\nENABLED=yes\n");
        root.Write("etc/resolv.conf", "# nothing\n");
        EdgeConfig far = new() { Models = new ModelsConfig { Providers = new Dictionary<string, ModelProviderConfig> { ["far"] = new() { BaseUrl = "https://api.example.com" } } } };

        Assert.Equal("loginctl enable-linger anna", Assert.Single(MachineChecks.Linger(home, "anna", root.Root)).FixHint);
        root.Write("var/lib/systemd/linger/anna", "");
        Assert.Empty(MachineChecks.Linger(home, "anna", root.Root));
        Assert.Equal("sudo ufw allow 18789/tcp", Assert.Single(MachineChecks.Firewall(new GatewayConfig { Bind = "lan" }, root.Root)).FixHint);
        Assert.Empty(MachineChecks.Firewall(new GatewayConfig(), root.Root));
        Assert.Equal("edge/doctor/dns", Assert.Single(MachineChecks.NameServer(far, root.Root)).CheckId);
        Assert.Empty(MachineChecks.NameServer(new EdgeConfig(), root.Root));
        root.Write("etc/resolv.conf", "nameserver 192.0.2.1\n");
        Assert.Empty(MachineChecks.NameServer(far, root.Root));
    }

    private void Config(string json5)
    {
        string state = run.Home.Subdirectory(".openclaw");
        File.SetUnixFileMode(state, (UnixFileMode)0b111_000_000);
        string path = run.Home.Write(".openclaw/openclaw.json", json5);
        File.SetUnixFileMode(path, (UnixFileMode)0b110_000_000);
    }

    private async Task<string[]> ChecksAsync()
    {
        Assert.Equal(0, await run.InvokeAsync("doctor", "--json"));
        return [.. run.Json.GetProperty("findings").EnumerateArray().Select(finding => finding.GetProperty("checkId").GetString()!)];
    }
}
