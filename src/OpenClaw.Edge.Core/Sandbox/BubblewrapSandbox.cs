using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Platform;

namespace OpenClaw.Edge.Sandbox;

/// <summary>A sandbox without an engine: each command gets namespaces of its own from bubblewrap, a system call filter, and
/// Landlock where this program is native. Its workspace stays; processes and <c>/tmp</c> end with the command.</summary>
internal sealed partial class BubblewrapSandbox : KeptSandbox
{
    private const int FilterDescriptor = 9;
    private const int MaxSaid = 4096;

    // Opens the filter, joins the groups, becomes bubblewrap: $1 is the filter, $2… the doors up to --, then the command line.
    private const string Wrapper =
        "exec 9<\"$1\"; shift; while [ \"$1\" != -- ]; do echo 0 >\"$1\" || exit 126; shift; done; shift; exec \"$@\"";

    private static readonly TimeSpan s_inputWait = TimeSpan.FromMilliseconds(5);

    private readonly BubblewrapPlan _plan;
    private readonly string _bwrap;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly ProcessEnvironment _environment;
    private readonly SemaphoreSlim _making = new(1, 1);
    private readonly byte[]? _filter = SeccompFilter.ForThisMachine();
    private SandboxCgroup? _group;
    private volatile bool _ready;

    public BubblewrapSandbox(BubblewrapPlan plan, ProcessEnvironment environment, SandboxUsage usage, TimeProvider clock, ILogger logger)
        : base(plan.Place, plan.Hash, "bubblewrap", plan.Workdir, usage)
    {
        (_plan, _environment, _clock, _logger) = (plan, environment, clock, logger);
        _bwrap = SandboxCgroup.Find(environment, "bwrap") ?? "/usr/bin/bwrap";
    }

    private string FilterPath => Path.Combine(_plan.Files, "seccomp.bpf");

    /// <summary>Why bubblewrap is of no use here; null when it may be.</summary>
    public static string? Obstacle(ProcessEnvironment environment) =>
        SandboxCgroup.Find(environment, "bwrap") is null ? "bwrap is not installed" : null;

    public override void Dispose()
    {
        _group?.Remove();
        _making.Dispose();
    }

    public override async Task ReadyAsync(CancellationToken cancellationToken)
    {
        if (_ready)
        {
            return;
        }

        await _making.WaitAsync(cancellationToken);
        try
        {
            if (!_ready)
            {
                await MakeAsync(cancellationToken);
                _ready = true;
            }
        }
        finally
        {
            _making.Release();
        }
    }

    protected override async Task<int> RunAsync(
        SandboxCommand command, Action<ReadOnlySpan<byte>, bool> onOutput, CancellationToken cancellationToken)
    {
        await ReadyAsync(cancellationToken);
        return await StartAsync(command, onOutput, cancellationToken);
    }

    private async Task<int> StartAsync(
        SandboxCommand command, Action<ReadOnlySpan<byte>, bool> onOutput, CancellationToken cancellationToken)
    {
        HostLaunch launch = new()
        {
            Arguments =
            [
                .. _group!.Prefix is { Count: > 0 } prefix ? prefix : [],
                "/bin/sh", "-c", Wrapper, "sh", FilterPath, .. _group.Doors, "--",
                .. _plan.CommandLine(_bwrap, command, _filter is null ? null : FilterDescriptor),
            ],
            Environment = BareEnvironment(),
            Input = command.Stdin is not null,
            Terminal = command.Tty,
            SeparateErrors = !command.Tty,
        };
        cancellationToken.ThrowIfCancellationRequested();
        using HostProcess process = HostProcess.Start(launch, onOutput, out string problem)
            ?? throw new SandboxUnavailableException(problem, "Install the package bubblewrap.");
        using CancellationTokenSource deadline = command.Timeout is TimeSpan budget ? new(budget, _clock) : new();
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        using CancellationTokenRegistration killing = either.Token.Register(process.KillAll);
        ProcessExit exit = await FeedUntilExitAsync(process, command.Stdin, either.Token);
        cancellationToken.ThrowIfCancellationRequested();
        return !deadline.IsCancellationRequested ? exit.ExitCode
            : throw new TimeoutException($"the command did not end within {command.Timeout!.Value.TotalSeconds:0.#} s and was killed");
    }

    // Its variables are for bubblewrap and systemd-run only: the command gets none of them.
    private Dictionary<string, string> BareEnvironment()
    {
        Dictionary<string, string> bare = new(StringComparer.Ordinal) { ["PATH"] = "/usr/local/bin:/usr/bin:/bin" };
        foreach (string name in (ReadOnlySpan<string>)["XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS"])
        {
            if (_group!.Prefix.Count > 0 && _environment[name] is string value)
            {
                bare[name] = value;
            }
        }

        return bare;
    }

    private async Task<ProcessExit> FeedUntilExitAsync(HostProcess process, Stream? stdin, CancellationToken cancellationToken)
    {
        using CancellationTokenSource input = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task feeding = stdin is null ? Task.CompletedTask : FeedAsync(process, stdin, input.Token);
        ProcessExit exit = await process.Exited;
        await input.CancelAsync();
        await feeding;
        return exit;
    }

    private async Task FeedAsync(HostProcess process, Stream input, CancellationToken cancellationToken)
    {
        byte[] chunk = new byte[8 * 1024];
        try
        {
            int read;
            while ((read = await input.ReadAsync(chunk, cancellationToken)) > 0)
            {
                for (int sent = 0; sent < read;)
                {
                    int put = process.Write(chunk.AsSpan(sent, read - sent));
                    if (put < 0 || process.Exited.IsCompleted)
                    {
                        return;
                    }

                    sent += put;
                    if (put == 0)
                    {
                        await Task.Delay(s_inputWait, _clock, cancellationToken);
                    }
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // the command ended, or its input did
        }
        finally
        {
            process.CloseInput();
        }
    }

    private async Task MakeAsync(CancellationToken cancellationToken)
    {
        if (Obstacle(_environment) is string obstacle)
        {
            throw new SandboxUnavailableException(obstacle, "Install the package bubblewrap, or use a container engine.");
        }

        WriteFiles();
        Place.Prepare();
        if (Place.IsPrivate && SandboxNative.Self.Uid == 0)
        {
            SandboxNative.TryGive(HostWorkspace, _plan.User.Uid, _plan.User.Gid);
        }

        _group = SandboxCgroup.For(Place.Name, _plan.Limits, _environment);
        string name = ".openclaw-self-test-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6));
        string path = Path.Combine(HostWorkspace, name);
        (int code, string said) = await ProbeAsync($"echo ok > {Workdir}/{name}", cancellationToken);
        if (code != 0 || !File.Exists(path))
        {
            throw new SandboxUnavailableException(
                $"the self-test failed: {(said.Length > 0 ? said : $"a command in bubblewrap ended with {code}")}",
                "The kernel must let ordinary users make namespaces (kernel.unprivileged_userns_clone=1, "
                + "kernel.apparmor_restrict_unprivileged_userns=0 or a profile for bwrap); or use a container engine.");
        }

        File.Delete(path);
        await SetUpAsync(cancellationToken);
        Log.Made(_logger, Name, Place.ScopeKey, _group.Source ?? "each process by itself");
    }

    private async Task SetUpAsync(CancellationToken cancellationToken)
    {
        string done = Path.Combine(_plan.Files, "setup." + SandboxPlace.ShortHash(_plan.Setup ?? ""));
        if (string.IsNullOrEmpty(_plan.Setup) || File.Exists(done))
        {
            return;
        }

        (int code, string said) = await ProbeAsync(_plan.Setup, cancellationToken);
        if (code != 0)
        {
            throw new SandboxUnavailableException(
                $"setupCommand ended with {code}: {said}", "Under bubblewrap it has no network and writes to the workspace only.");
        }

        using FileStream marker = File.Create(done);
    }

    private async Task<(int Code, string Said)> ProbeAsync(string command, CancellationToken cancellationToken)
    {
        StringBuilder said = new();
        int code = await StartAsync(
            new SandboxCommand { Command = command },
            (bytes, _) => said.Append(said.Length < MaxSaid ? Encoding.UTF8.GetString(bytes) : ""),
            cancellationToken);
        return (code, said.ToString().Trim());
    }

    private void WriteFiles()
    {
        (uint uid, uint gid) = _plan.User;
        Directory.CreateDirectory(_plan.Files);
        Write("passwd", $"sandbox:x:{uid}:{gid}::{Workdir}:/bin/sh\n");
        Write("group", $"sandbox:x:{gid}:\n");
        Write("hosts", "127.0.0.1 localhost sandbox\n::1 localhost\n");
        AtomicFile.Write(FilterPath, _filter ?? []);

        void Write(string name, string text) => AtomicFile.Write(
            Path.Combine(_plan.Files, name), Encoding.UTF8.GetBytes(text), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
    }

    private static partial class Log
    {
        [LoggerMessage(1907, LogLevel.Information, "Sandbox {Name} for {ScopeKey} is ready under bubblewrap; memory and processes are limited by: {Limits}.")]
        public static partial void Made(ILogger logger, string name, string scopeKey, string limits);
    }
}
