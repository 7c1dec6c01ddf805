using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Sandbox;
using OpenClaw.Edge.TestKit;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Sandbox;

/// <summary>What every real sandbox must do, and what must fail inside of one. Backends inherit it.</summary>
public abstract class SandboxSuite : IAsyncLifetime
{
    protected string Root { get; } = $"/tmp/edge-sbx-{Guid.NewGuid():N}";

    protected SandboxDockerConfig Docker { get; set; } = new();

    protected SandboxConfig Settings { get; set; } = new();

    protected SandboxRouter Router { get; private set; } = null!;

    protected abstract string Backend { get; }

    protected CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Where the attacking program is inside.</summary>
    protected virtual string Probe => "/bin/probe";

    public virtual ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Root); // in reach of the engine's user
        ProcessEnvironment environment = EngineEnvironment();
        Router = new SandboxRouter(
            () => new EdgeConfig { Agents = new AgentsConfig { Defaults = new AgentDefaultsConfig { Sandbox = Settings with { Mode = "all", Backend = Backend, Docker = Docker } } } },
            StatePaths.Resolve(environment, stateDirFlag: Root),
            () => environment,
            TimeProvider.System,
            NullLoggerFactory.Instance)
        {
            Launcher = Environment.GetEnvironmentVariable("OPENCLAW_BIN") is { Length: > 0 } native ? native : null,
        };
        return default;
    }

    public virtual async ValueTask DisposeAsync()
    {
        if (Router is not null)
        {
            await Router.DisposeAsync();
            Directory.Delete(Root, recursive: true);
        }

        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_command_runs_inside_with_output_errors_and_exit_code_apart()
    {
        (int code, string output, string errors) = await RunAsync("echo out; echo err >&2; pwd; exit 7");
        Assert.Equal((7, "out\n/workspace\n", "err\n"), (code, output, errors));
    }

    [Fact]
    public async Task What_the_command_writes_is_in_the_workspace_of_the_host_and_belongs_to_its_owner()
    {
        SandboxSession session = await SessionAsync();
        Assert.Equal(0, (await RunAsync("echo made inside > note.txt")).Code);
        string file = Path.Combine(session.HostWorkspace, "note.txt");
        Assert.Equal("made inside\n", await File.ReadAllTextAsync(file, Token));
        await File.WriteAllTextAsync(file, "changed outside\n", Token);
        Assert.Equal("changed outside\n", (await RunAsync("cat note.txt")).Output);
        Assert.Equal(SandboxNative.OwnerOf(session.HostWorkspace).Uid, SandboxNative.OwnerOf(file).Uid);
    }

    [Theory] // each a shell's way out
    [InlineData("write outside", "echo x > /usr/escape || echo x > /etc/passwd || echo x > /escape")]
    [InlineData("read host files", "cat /etc/shadow /root/.bashrc")]
    [InlineData("mount", "mount -t tmpfs none /workspace || mount -o remount,rw /")]
    [InlineData("device nodes", "mknod /tmp/disk b 8 0 || mknod disk b 8 0")]
    [InlineData("block devices of the host", "ls /dev/sda /dev/vda /dev/mem /dev/kmsg 2>/dev/null | grep .")]
    [InlineData("network", "ping -c 1 -W 1 1.1.1.1 || wget -T 2 -O - http://1.1.1.1/ || curl -m 2 http://1.1.1.1/")]
    [InlineData("interfaces", "grep -v lo: /proc/net/dev | grep :")]
    [InlineData("engine socket", "ls /var/run/docker.sock || ls /run/docker.sock || find / -name 'docker.sock' -o -name 'podman.sock' 2>/dev/null | grep .")]
    [InlineData("chroot", "chroot / true")]
    [InlineData("capabilities", "grep -q '^CapEff:.*[1-9a-f]' /proc/self/status")]
    [InlineData("new privileges", "grep -q '^NoNewPrivs:.*0' /proc/self/status")]
    [InlineData("no filter", "grep -q '^Seccomp:.*0' /proc/self/status")]
    [InlineData("symlink through init", "ln -s /proc/1/root/etc/shadow out && cat out")]
    [InlineData("kernel settings", "echo 1 > /proc/sys/kernel/panic || echo b > /proc/sysrq-trigger || echo x > /sys/kernel/uevent_helper")]
    [InlineData("cgroups", "mkdir /sys/fs/cgroup/memory/escape || mkdir /sys/fs/cgroup/escape || echo 0 > /sys/fs/cgroup/cgroup.procs")]
    public async Task A_way_out_is_closed(string row, string attempt) => Assert.True((await RunAsync(attempt)).Code != 0, row);

    [Theory] // what takes a program
    [InlineData("ptrace")]
    [InlineData("vmread")]
    [InlineData("raw")]
    [InlineData("packet")]
    [InlineData("vsock")]
    [InlineData("mount")]
    [InlineData("remount")]
    [InlineData("newmount")]
    [InlineData("userns")]
    [InlineData("mntns")]
    [InlineData("cloneuser")]
    [InlineData("chroot")]
    [InlineData("device")]
    [InlineData("memory")]
    [InlineData("keyadd")]
    [InlineData("keyread")]
    [InlineData("handle")]
    [InlineData("bpf")]
    [InlineData("module")]
    [InlineData("kexec")]
    [InlineData("hostname")]
    [InlineData("clock")]
    [InlineData("reboot")]
    [InlineData("caps")]
    [InlineData("shadow")]
    public async Task A_system_call_is_refused(string attack)
    {
        await PlaceProbeAsync();
        (int code, string output, string errors) = await RunAsync($"{Probe} {attack} {Environment.ProcessId}");
        Assert.True(code == 1, $"{code} {output} {errors}");
        Assert.Contains("closed", output);
    }

    [Fact]
    public async Task A_setuid_program_gains_nothing()
    {
        await PlaceProbeAsync();
        (int code, string output, _) = await RunAsync($"{Probe}-setuid caps");
        Assert.True(code == 1, output);
    }

    [Fact]
    public async Task Processes_of_the_host_are_not_seen() =>
        Assert.Equal("", (await RunAsync($"cat /proc/{Environment.ProcessId}/cmdline /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' ' | grep -o '[O]penClaw.Edge.Core.Tests'")).Output);

    [Fact]
    public async Task Files_of_the_host_are_not_there()
    {
        string secret = Path.Combine(Root, "secret");
        await File.WriteAllTextAsync(secret, "host", Token);
        Assert.NotEqual(0, (await RunAsync($"cat {secret}")).Code);
    }

    [Fact]
    public async Task A_link_out_of_the_workspace_leads_nowhere()
    {
        string secret = Path.Combine(Root, "secret");
        await File.WriteAllTextAsync(secret, "host", Token);
        SandboxSession session = await SessionAsync();
        File.CreateSymbolicLink(Path.Combine(session.HostWorkspace, "link"), secret);
        File.CreateSymbolicLink(Path.Combine(session.HostWorkspace, "up"), "../../secret");
        Assert.Equal("", (await RunAsync("cat link up ../secret ../../secret 2>/dev/null")).Output);
        await RunAsync("echo overwritten > link; echo overwritten > up");
        Assert.Equal("host", await File.ReadAllTextAsync(secret, Token));
    }

    [Fact]
    public async Task A_link_out_of_a_mount_leads_nowhere()
    {
        string secret = Path.Combine(Root, "secret");
        await File.WriteAllTextAsync(secret, "host", Token);
        string given = Directory.CreateDirectory(Path.Combine(Root, "sandboxes", "given")).FullName;
        File.CreateSymbolicLink(Path.Combine(given, "link"), secret);
        File.CreateSymbolicLink(Path.Combine(given, "root"), "/");
        File.SetUnixFileMode(given, (UnixFileMode)0b111_111_111);
        Docker = Docker with { Binds = [given + ":/given:rw"] };
        Assert.Equal("", (await RunAsync($"cat /given/link /given/root{secret} /given/../..{secret} 2>/dev/null")).Output);
        await RunAsync($"echo overwritten > /given/link; rm -f /given/link; ln -s {secret} /given/own; echo overwritten > /given/own");
        Assert.Equal("host", await File.ReadAllTextAsync(secret, Token));
        Assert.Equal("sandbox\n", (await RunAsync("cat /given/root/etc/hostname 2>/dev/null || hostname")).Output);
    }

    [Fact]
    public async Task Files_made_outside_can_be_read_changed_and_removed_inside()
    {
        SandboxSession session = await SessionAsync();
        string folder = Directory.CreateDirectory(Path.Combine(session.HostWorkspace, "folder")).FullName;
        string file = Path.Combine(folder, "note");
        await File.WriteAllTextAsync(file, "outside\n", Token);
        (uint uid, uint gid) = SandboxNative.OwnerOf(session.HostWorkspace);
        Assert.True(SandboxNative.TryGive(folder, uid, gid) && SandboxNative.TryGive(file, uid, gid)); // as whoever owns the workspace makes them
        Assert.Equal((0, "outside\n"), await CodeAndOutputAsync("cat folder/note && echo inside >> folder/note && mkdir folder/more && rm -r folder/more"));
        Assert.Equal("outside\ninside\n", await File.ReadAllTextAsync(file, Token));
        Assert.Equal(0, (await RunAsync("rm -r folder")).Code);
        Assert.False(Directory.Exists(folder));
    }

    [Theory]
    [InlineData("/tmp")]
    [InlineData("/dev/shm")]
    [InlineData("/var/tmp")]
    public async Task A_folder_in_memory_ends_at_its_size(string folder) =>
        Assert.Contains("o space left", (await RunAsync($"dd if=/dev/zero of={folder}/big bs=1M count=4096; rm {folder}/big; exit 1")).Errors);

    [Fact]
    public async Task A_fork_bomb_stays_in_its_sandbox_and_is_gone_after_its_time()
    {
        SandboxSession session = await SessionAsync();
        Task<int> bomb = session.ExecAsync(
            new SandboxCommand { Command = "b() { b | b & }; b; sleep 20", Timeout = TimeSpan.FromSeconds(3) }, (_, _) => { }, Token);
        int most = 0;
        int before = Processes();
        while (!bomb.IsCompleted)
        {
            most = Math.Max(most, Processes() - before);
            await Task.WhenAny(bomb, Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, Token));
        }

        Assert.InRange(most, 0, 2 * Docker.PidsLimit); // others on the machine start processes too
        Exception? end = await Record.ExceptionAsync(() => bomb);
        Assert.True(end is null or TimeoutException or SandboxUnavailableException, end?.ToString());
        Assert.Equal("alive\n", (await RunAsync("echo alive")).Output);
        Assert.Equal("", (await RunAsync("ps 2>/dev/null | grep 'b | b' | grep -v grep")).Output);
    }

    [Fact]
    public async Task A_memory_bomb_hits_its_limit()
    {
        Docker = Docker with { Memory = "256m", MemorySwap = "256m" };
        (int code, string output, _) = await RunAsync("dd if=/dev/zero of=/dev/null bs=1500M count=1 && echo survived");
        Assert.NotEqual(0, code);
        Assert.Equal("", output);
    }

    [Fact]
    public async Task A_command_past_its_budget_is_killed_with_what_it_started()
    {
        SandboxSession session = await SessionAsync();
        await Assert.ThrowsAsync<TimeoutException>(() => session.ExecAsync(
            new SandboxCommand { Command = "sleep 4321 & sleep 4321", Timeout = TimeSpan.FromSeconds(1) }, (_, _) => { }, Token));
        Assert.Equal("", (await RunAsync("ps | grep '[s]leep 4321'")).Output);
    }

    [Fact]
    public async Task Cancellation_kills_the_command()
    {
        SandboxSession session = await SessionAsync();
        using CancellationTokenSource stop = new();
        TaskCompletionSource started = new();
        Task<int> running = session.ExecAsync(new SandboxCommand { Command = "echo go; sleep 1234" }, (_, _) => started.TrySetResult(), stop.Token);
        await Guard.Within(started.Task);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Equal("", (await RunAsync("ps | grep '[s]leep 1234'")).Output);
    }

    [Fact]
    public async Task Input_reaches_the_command_and_ends()
    {
        SandboxSession session = await SessionAsync();
        using MemoryStream input = new("one\ntwo\n"u8.ToArray());
        StringBuilder output = new();
        int code = await session.ExecAsync(
            new SandboxCommand { Command = "wc -l", Stdin = input }, (bytes, _) => output.Append(Encoding.UTF8.GetString(bytes)), Token);
        Assert.Equal((0, "2"), (code, output.ToString().Trim()));
    }

    [Fact]
    public async Task A_terminal_is_one_and_its_output_one_stream()
    {
        SandboxSession session = await SessionAsync();
        StringBuilder output = new();
        int code = await session.ExecAsync(
            new SandboxCommand { Command = "[ -t 1 ] && echo terminal; echo error >&2", Tty = true }, (bytes, _) => output.Append(Encoding.UTF8.GetString(bytes)), Token);
        Assert.Equal((0, "terminal\r\nerror\r\n"), (code, output.ToString()));
    }

    [Fact]
    public async Task Variables_of_the_configuration_and_of_the_command_are_there_and_no_others()
    {
        Docker = Docker with { Env = new Dictionary<string, string> { ["COLOUR"] = "red" } };
        SandboxSession session = await SessionAsync();
        StringBuilder output = new();
        await session.ExecAsync(
            new SandboxCommand { Command = "echo $COLOUR $SHAPE; env", Env = new Dictionary<string, string> { ["SHAPE"] = "round" } },
            (bytes, _) => output.Append(Encoding.UTF8.GetString(bytes)), Token);
        Assert.StartsWith("red round\n", output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("OPENCLAW_TEST", output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("XDG_RUNTIME_DIR", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_changed_configuration_makes_a_new_sandbox()
    {
        Assert.Equal("", (await RunAsync("echo -n $COLOUR")).Output);
        Docker = new SandboxDockerConfig { Env = new Dictionary<string, string> { ["COLOUR"] = "red" } };
        Assert.Equal("red", (await RunAsync("echo -n $COLOUR")).Output);
    }

    [Fact]
    public async Task Mounts_are_as_the_configuration_says()
    {
        string read = Directory.CreateDirectory(Path.Combine(Root, "sandboxes", "given")).FullName;
        await File.WriteAllTextAsync(Path.Combine(read, "here"), "shown", Token);
        Docker = Docker with { Binds = [read + ":/given"] };
        Assert.Equal("shown", (await RunAsync("cat /given/here")).Output);
        Assert.NotEqual(0, (await RunAsync("echo x > /given/here")).Code);
    }

    [Fact]
    public async Task Fifty_commands_run_side_by_side()
    {
        SandboxSession session = await SessionAsync();
        (int Code, string Output, string Errors)[] all = await Task.WhenAll(Enumerable.Range(0, 50).Select(n => RunAsync($"echo {n}", session)));
        Assert.Equal(Enumerable.Range(0, 50).Select(n => (0, $"{n}\n", "")), all);
    }

    [Fact]
    public async Task A_gigabyte_of_output_passes_through_without_being_kept()
    {
        SandboxSession session = await SessionAsync();
        long bytes = 0;
        long before = GC.GetTotalMemory(forceFullCollection: true);
        await session.ExecAsync(new SandboxCommand { Command = "dd if=/dev/zero bs=1M count=1024 2>/dev/null" }, (span, _) => bytes += span.Length, Token);
        Assert.Equal(1L << 30, bytes);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 16L << 20);
    }

    private async Task<(int Code, string Output)> CodeAndOutputAsync(string command)
    {
        (int code, string output, _) = await RunAsync(command);
        return (code, output);
    }

    protected async Task<SandboxSession> SessionAsync() => (await Router.ForAsync(Scope, Token))!;

    protected SandboxScope Scope => new("main", "agent:main:main", Path.Combine(Root, "workspace"));

    protected virtual ProcessEnvironment EngineEnvironment() => new([new("HOME", Root), new("PATH", "/usr/bin:/bin")]);

    /// <summary>Puts the attacking program where <see cref="Probe"/> says.</summary>
    protected virtual Task PlaceProbeAsync() => Task.CompletedTask;

    protected async Task<(int Code, string Output, string Errors)> RunAsync(string command, SandboxSession? session = null)
    {
        session ??= await SessionAsync();
        StringBuilder output = new();
        StringBuilder errors = new();
        int code = await session.ExecAsync(
            new SandboxCommand { Command = command, Timeout = TimeSpan.FromSeconds(30) },
            (bytes, isError) => (isError ? errors : output).Append(Encoding.UTF8.GetString(bytes)),
            Token);
        return (code, output.ToString(), errors.ToString());
    }

    private static int Processes() => Directory.EnumerateDirectories("/proc").Count(path => char.IsAsciiDigit(Path.GetFileName(path)[0]));
}
