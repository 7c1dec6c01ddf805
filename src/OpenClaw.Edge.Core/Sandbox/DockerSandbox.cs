using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using OpenClaw.Edge.Protocol.Docker;

namespace OpenClaw.Edge.Sandbox;

/// <summary>The container of one scope: made when first needed, kept warm, made again when somebody removed it or the
/// configuration changed. Thread-safe.</summary>
internal sealed partial class DockerSandbox : KeptSandbox
{
    /// <summary>Variable that marks a command and what it starts, so that they can be ended.</summary>
    internal const string Mark = "OPENCLAW_EXEC";

    private const int MaxProbeBytes = 4096;
    private const int LongestSelfTestWaitMs = 256; // half a second in all

    // Ends every process with the mark; again, because one may be forking meanwhile; busybox needs -z to look past the first variable. The killer has it in no variable.
    private const string KillScript =
        "i=0; while [ $i -lt 25 ]; do f=$(grep -lsFz \"$1\" /proc/[0-9]*/environ); [ -n \"$f\" ] || exit 0; "
        + "for p in $f; do p=${p#/proc/}; kill -9 ${p%/environ} 2>/dev/null; done; i=$((i+1)); done; exit 1";

    private readonly SandboxPlan _plan;
    private readonly DockerEngineClient _engine;
    private readonly string _owner;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly string? _setup;
    private readonly SemaphoreSlim _making = new(1, 1);
    private volatile string? _id;
    private bool _wasMade; // under _making

    public DockerSandbox(
        SandboxPlan plan, string? setup, DockerEngineClient engine, string owner, SandboxUsage usage, TimeProvider clock, ILogger logger)
        : base(plan.Place, plan.Hash, "docker", plan.Request.WorkingDir!, usage)
    {
        (_plan, _setup, _engine, _owner, _clock, _logger) = (plan, setup, engine, owner, clock, logger);
    }

    private bool IsReady => _id is not null;

    public override void Dispose() => _making.Dispose();

    public override async Task ReadyAsync(CancellationToken cancellationToken)
    {
        if (IsReady)
        {
            return;
        }

        await _making.WaitAsync(cancellationToken);
        try
        {
            _id ??= await MakeAsync(cancellationToken);
        }
        catch (EngineException exception)
        {
            throw Unavailable(exception);
        }
        finally
        {
            _making.Release();
        }
    }

    protected override async Task<int> RunAsync(
        SandboxCommand command, Action<ReadOnlySpan<byte>, bool> onOutput, CancellationToken cancellationToken)
    {
        string mark = $"{Mark}={Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}";
        ExecCreateRequest request = new()
        {
            Cmd = ["/bin/sh", "-c", command.Command],
            Env = [.. command.Env.Select(pair => $"{pair.Key}={pair.Value}"), mark],
            WorkingDir = command.Workdir is null ? Workdir : Path.Combine(Workdir, command.Workdir),
            AttachStdin = command.Stdin is not null,
            Tty = command.Tty,
        };
        using CancellationTokenSource deadline = command.Timeout is TimeSpan budget ? new(budget, _clock) : new();
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            string exec = await PrepareAsync(request, either.Token);
            await _engine.StartExecAsync(exec, command.Tty, command.Stdin, onOutput, either.Token);
            return await ExitCodeAsync(exec, either.Token);
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            await EndAsync(mark);
            if (cancellationToken.IsCancellationRequested)
            {
                throw;
            }

            throw new TimeoutException($"the command did not end within {command.Timeout!.Value.TotalSeconds:0.#} s and was killed");
        }
        catch (EngineException exception)
        {
            _id = null; // look again at the next call
            throw Unavailable(exception);
        }
    }

    // Nothing has run yet, so a container that is gone or stopped is made or started again, once.
    private async Task<string> PrepareAsync(ExecCreateRequest request, CancellationToken cancellationToken)
    {
        await ReadyAsync(cancellationToken);
        try
        {
            return await _engine.CreateExecAsync(_id ?? Name, request, cancellationToken);
        }
        catch (EngineException exception) when (exception.Failure is EngineFailure.NotFound or EngineFailure.Conflict or EngineFailure.Unreachable)
        {
            Log.Again(_logger, Name, exception.Message);
            _id = null;
            await ReadyAsync(cancellationToken);
            return await _engine.CreateExecAsync(_id ?? Name, request, cancellationToken);
        }
    }

    private async Task<int> ExitCodeAsync(string exec, CancellationToken cancellationToken)
    {
        // the output may end a moment before the process does
        for (int wait = 2; ; wait = Math.Min(wait * 2, 250))
        {
            ExecInspect state = await _engine.InspectExecAsync(exec, cancellationToken);
            if (state is { Running: false, ExitCode: int code })
            {
                return code;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(wait), _clock, cancellationToken);
        }
    }

    // The caller is gone or its time is up: this work has its own budget. When the command cannot be ended alone, for want
    // of processes say, the whole container is killed; the next call starts it again.
    private async Task EndAsync(string mark)
    {
        if (_id is not string id)
        {
            return;
        }

        using CancellationTokenSource budget = new(TimeSpan.FromSeconds(15), _clock);
        try
        {
            if (await ProbeAsync(id, ["/bin/sh", "-c", KillScript, "kill", mark], new StringBuilder(), budget.Token) == 0)
            {
                return;
            }
        }
        catch (Exception exception) when (exception is EngineException or OperationCanceledException)
        {
            Log.NotEnded(_logger, Name, exception.Message);
        }

        try
        {
            using CancellationTokenSource last = new(TimeSpan.FromSeconds(15), _clock);
            await _engine.KillContainerAsync(id, last.Token);
        }
        catch (Exception exception) when (exception is EngineException or OperationCanceledException)
        {
            Log.NotEnded(_logger, Name, exception.Message);
        }

        _id = null;
    }

    private async Task<string> MakeAsync(CancellationToken cancellationToken)
    {
        if (_wasMade)
        {
            await _engine.NegotiateAsync(cancellationToken); // the engine may be another one since its restart
        }

        _wasMade = true;
        PrepareWorkspace();
        ContainerInspect? found = await _engine.InspectContainerAsync(Name, cancellationToken);
        if (found is not null && found.Config.Labels?.GetValueOrDefault(SandboxLabels.Mark) != "1")
        {
            throw new SandboxUnavailableException($"a container named {Name} exists and is not ours", $"Rename it: docker rename {Name} other");
        }

        if (found is not null && found.Config.Labels!.GetValueOrDefault(SandboxLabels.Hash) != _plan.Hash)
        {
            Log.Changed(_logger, Name);
            await _engine.RemoveContainerAsync(found.Id, cancellationToken);
            found = null;
        }

        if (found is { State.Running: true })
        {
            return found.Id;
        }

        string id = found?.Id ?? await _engine.CreateContainerAsync(
            Name, _plan.Request with { Labels = SandboxLabels.Of(_plan, _owner, _clock) }, cancellationToken);
        bool whole = false;
        try
        {
            _ = TryTake(Path.Combine(HostWorkspace, SandboxPlan.SelfTestFile)); // of an earlier start
            await StartAsync(id, cancellationToken);
            await TestAsync(id, cancellationToken);
            if (found is null && _setup is not null)
            {
                await SetUpAsync(id, _setup, cancellationToken);
            }

            whole = true;
        }
        finally
        {
            if (!whole)
            {
                // nothing half made stays behind, whatever happened
                using CancellationTokenSource budget = new(TimeSpan.FromSeconds(15), _clock);
                await RemoveQuietlyAsync(id, budget.Token);
            }
        }

        Log.Made(_logger, Name, Place.ScopeKey);
        return id;
    }

    // A runtime that may not even enter the workspace refuses the start: that is the verdict of the self-test, in other words.
    private async Task StartAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            await _engine.StartContainerAsync(id, cancellationToken);
        }
        catch (EngineException exception) when (exception.Message.Contains("permission denied", StringComparison.OrdinalIgnoreCase)
            && exception.Message.Contains(Workdir, StringComparison.Ordinal))
        {
            throw NotOurs(exception.Message);
        }
    }

    private SandboxUnavailableException NotOurs(string said) => new(
        $"the self-test failed: user {_plan.Request.User} of the container cannot write to {Workdir}, which is {HostWorkspace} of user {SandboxNative.OwnerOf(HostWorkspace).Uid} ({said})",
        "Run the gateway and the engine as the same user, or set agents.defaults.sandbox.docker.user to the owner of the workspace.");

    private void PrepareWorkspace()
    {
        Place.Prepare();

        // root may give the folder to whom the container runs as; anybody else runs it as themselves
        if (Place.IsPrivate && SandboxNative.Self.Uid == 0)
        {
            (uint uid, uint gid) = _plan.Request.User == "0:0"
                ? (SandboxNative.OwnerOf(_engine.SocketPath).Uid, uint.MaxValue) // its group is the engine's, not the user's
                : UserIds(_plan.Request.User);
            SandboxNative.TryGive(HostWorkspace, uid, gid);
        }
    }

    private static (uint Uid, uint Gid) UserIds(string? user) =>
        user?.Split(':') is [string uid, string gid] && uint.TryParse(uid, out uint u) && uint.TryParse(gid, out uint g) ? (u, g) : (0, 0);

    // What the container writes must be there on the host, under the name that both know. Its first process writes a file,
    // which costs nothing; when that does not come, a command finds out why.
    private async Task TestAsync(string id, CancellationToken cancellationToken)
    {
        string sign = Path.Combine(HostWorkspace, SandboxPlan.SelfTestFile);
        for (int wait = 1; wait <= LongestSelfTestWaitMs; wait *= 2)
        {
            if (TryTake(sign))
            {
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(wait), _clock, cancellationToken);
        }

        await JudgeAsync(id, cancellationToken);
    }

    private static bool TryTake(string path)
    {
        try
        {
            bool there = File.Exists(path);
            if (there)
            {
                File.Delete(path);
            }

            return there;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false; // it belongs to somebody else: the command says more
        }
    }

    private async Task JudgeAsync(string id, CancellationToken cancellationToken)
    {
        string name = SandboxPlan.SelfTestFile + "-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6));
        StringBuilder said = new();
        int code = await ProbeAsync(id, ["/bin/sh", "-c", $"echo ok > {Workdir}/{name}"], said, cancellationToken);
        string path = Path.Combine(HostWorkspace, name);
        bool arrived = File.Exists(path);
        if (arrived)
        {
            await ProbeAsync(id, ["/bin/sh", "-c", $"rm -f {Workdir}/{name}"], said, cancellationToken);
        }

        if (code != 0 || !arrived)
        {
            throw NotOurs(said.ToString().Trim());
        }
    }

    private async Task SetUpAsync(string id, string setup, CancellationToken cancellationToken)
    {
        StringBuilder said = new();
        int code = await ProbeAsync(id, ["/bin/sh", "-lc", setup], said, cancellationToken);
        if (code != 0)
        {
            throw new SandboxUnavailableException(
                $"setupCommand ended with {code}: {said.ToString().Trim()}",
                "It needs docker.network \"bridge\", docker.readOnlyRoot false and mostly docker.user \"0:0\"; or bake it into an image.");
        }
    }

    private async Task<int> ProbeAsync(string id, IReadOnlyList<string> command, StringBuilder said, CancellationToken cancellationToken)
    {
        string exec = await _engine.CreateExecAsync(id, new ExecCreateRequest { Cmd = command }, cancellationToken);
        await _engine.StartExecAsync(
            exec, false, null, (bytes, _) => said.Append(said.Length < MaxProbeBytes ? Encoding.UTF8.GetString(bytes) : ""), cancellationToken);
        return await ExitCodeAsync(exec, cancellationToken);
    }

    private async Task RemoveQuietlyAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            await _engine.RemoveContainerAsync(id, cancellationToken);
        }
        catch (Exception exception) when (exception is EngineException or OperationCanceledException)
        {
            Log.NotEnded(_logger, Name, exception.Message);
        }
    }

    private SandboxUnavailableException Unavailable(EngineException exception) => new(
        exception.Message.TrimEnd('.'),
        exception.Failure switch
        {
            EngineFailure.Unreachable => "Start the engine (systemctl --user start docker); the next call connects again.",
            EngineFailure.NotFound => $"Build or pull the image {_plan.Request.Image} ({SandboxImages.HowToGet(_plan.Request.Image)}), or set agents.defaults.sandbox.docker.image.",
            EngineFailure.NoSpace => "Free space on the engine's disk.",
            _ => "The engine's log says more.",
        },
        exception);

    private static partial class Log
    {
        [LoggerMessage(1901, LogLevel.Information, "Sandbox {Name} for {ScopeKey} is ready.")]
        public static partial void Made(ILogger logger, string name, string scopeKey);

        [LoggerMessage(1902, LogLevel.Information, "Sandbox {Name} is made anew: its configuration changed.")]
        public static partial void Changed(ILogger logger, string name);

        [LoggerMessage(1903, LogLevel.Warning, "Sandbox {Name} is looked for again: {Reason}")]
        public static partial void Again(ILogger logger, string name, string reason);

        [LoggerMessage(1904, LogLevel.Warning, "Sandbox {Name} could not be tidied up: {Reason}")]
        public static partial void NotEnded(ILogger logger, string name, string reason);
    }
}
