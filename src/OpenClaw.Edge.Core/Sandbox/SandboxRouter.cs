using Microsoft.Extensions.Logging;
using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Sandbox;

/// <summary>Decides for each tool call whether it runs in a sandbox, and hands out the warm sandbox of its scope.
/// Thread-safe.</summary>
public sealed partial class SandboxRouter : IAsyncDisposable
{
    private static readonly TimeSpan s_pruneEvery = TimeSpan.FromMinutes(10);

    private readonly Func<EdgeConfig> _config;
    private readonly StatePaths _paths;
    private readonly Func<ProcessEnvironment> _environment;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly SandboxUsage _usage;
    private readonly SandboxEngines _engines; // under _gate
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Dictionary<string, KeptSandbox> _sandboxes = new(StringComparer.Ordinal); // under _gate
    private readonly CancellationTokenSource _stopping = new();
    private Task? _pruning; // under _gate; started with the first container
    private bool _hadEngine; // under _gate

    /// <summary>Creates a router; nothing is started or connected before the first sandboxed call.</summary>
    public SandboxRouter(
        Func<EdgeConfig> config, StatePaths paths, Func<ProcessEnvironment> environment, TimeProvider clock, ILoggerFactory loggers)
    {
        ArgumentNullException.ThrowIfNull(loggers);
        ArgumentNullException.ThrowIfNull(paths);
        _config = config;
        _paths = paths;
        _environment = environment;
        _clock = clock;
        _logger = loggers.CreateLogger("OpenClaw.Edge.Sandbox");
        _usage = new SandboxUsage(UsageFolder(paths), clock);
        _engines = new SandboxEngines(clock);
    }

    /// <summary>Program that puts bubblewrap's commands under Landlock too; null leaves that wall out.</summary>
    public string? Launcher { get; init; } = SandboxInit.OwnProgram;

    /// <summary>Whether calls of a session run in a sandbox; asks no engine.</summary>
    public bool Covers(SandboxScope scope) => Covers(_config().Agents.SandboxOf(scope.AgentId), scope);

    /// <summary>The folder on this machine where a sandboxed session's tools work, and what it is called inside; null on the host. Asks no
    /// engine. Throws <see cref="SandboxUnavailableException"/> when the configuration asks for what opens the host.</summary>
    public (string Host, string Workdir)? WorkspaceOf(SandboxScope scope)
    {
        SandboxConfig settings = _config().Agents.SandboxOf(scope.AgentId);
        return Covers(settings, scope) ? (SandboxPlace.Of(settings, scope, _paths, _environment()).HostWorkspace, settings.Docker.Workdir) : null;
    }

    /// <summary>Where a sandboxed session's tools work, in words for a model; null on the host.</summary>
    public string? Notice(SandboxScope scope)
    {
        SandboxConfig settings = _config().Agents.SandboxOf(scope.AgentId);
        return !Covers(settings, scope) ? null
            : $"{settings.Docker.Workdir} (in a sandbox{(settings.Docker.Network == "none" ? " without network" : "")}"
                + (settings.WorkspaceAccess == "ro" ? $"; the person's files are in {SandboxSession.AgentFolder}, read-only)" : ")");
    }

    /// <summary>The sandbox of a call; null means it runs on the host (mode off, or the main session under
    /// <c>non-main</c>). Makes and starts the container when needed. Throws <see cref="SandboxUnavailableException"/> when
    /// the call must be sandboxed and cannot be.</summary>
    public async ValueTask<SandboxSession?> ForAsync(SandboxScope scope, CancellationToken cancellationToken)
    {
        SandboxConfig settings = _config().Agents.SandboxOf(scope.AgentId);
        return Covers(settings, scope) ? await OpenAsync(settings, scope, cancellationToken) : null;
    }

    /// <summary>The sandbox that a session has, or would have if its mode were on.</summary>
    public async Task<SandboxSession> OpenAsync(SandboxScope scope, CancellationToken cancellationToken) =>
        await OpenAsync(_config().Agents.SandboxOf(scope.AgentId), scope, cancellationToken);

    /// <summary>Ends what runs in the background and closes the connections; containers stay for the next start. Call when
    /// no command runs any more.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        if (_pruning is not null)
        {
            await _pruning;
        }

        foreach (KeptSandbox sandbox in _sandboxes.Values)
        {
            sandbox.Dispose();
        }

        _engines.Dispose();
        _gate.Dispose();
        _stopping.Dispose();
    }

    /// <summary>Where it is noted when sandboxes were used.</summary>
    internal static string UsageFolder(StatePaths paths) => Path.Combine(paths.StateDir, "tmp", "sandbox-used");

    /// <summary>Whether a configuration sandboxes a session.</summary>
    internal static bool Covers(SandboxConfig settings, SandboxScope scope) =>
        settings.Mode != "off" && (settings.Mode != "non-main" || !scope.IsMain);

    private async Task<KeptSandbox> OpenAsync(SandboxConfig settings, SandboxScope scope, CancellationToken cancellationToken)
    {
        KeptSandbox sandbox = await FindAsync(settings, scope, cancellationToken);
        try
        {
            await sandbox.ReadyAsync(cancellationToken);
            return sandbox;
        }
        catch (SandboxUnavailableException exception) when (exception.InnerException is EngineException { Failure: EngineFailure.Unreachable })
        {
            await ForgetEnginesAsync(cancellationToken); // the next call looks for an engine again, maybe another
            throw;
        }
    }

    private async Task<KeptSandbox> FindAsync(SandboxConfig settings, SandboxScope scope, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            KeptSandbox wished = await PlanAsync(settings, scope, cancellationToken);
            if (_sandboxes.TryGetValue(wished.Name, out KeptSandbox? kept))
            {
                if ((kept.Hash == wished.Hash && kept.Backend == wished.Backend) || kept.IsBusy)
                {
                    // one with a command in it is made anew when that has ended
                    wished.Dispose();
                    return kept;
                }
            }

            return _sandboxes[wished.Name] = wished;
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<KeptSandbox> PlanAsync(SandboxConfig settings, SandboxScope scope, CancellationToken cancellationToken)
    {
        ProcessEnvironment environment = _environment();
        if (settings.Backend == "bubblewrap")
        {
            return Bubblewrap(settings, scope, environment);
        }

        FoundEngine engine;
        try
        {
            engine = await _engines.FindAsync(settings, environment, cancellationToken);
        }
        catch (SandboxUnavailableException none) when (settings.Backend == "auto" && !_hadEngine)
        {
            // nobody falls to a weaker wall while working: an engine that was there once is waited for
            return BubblewrapSandbox.Obstacle(environment) is string obstacle
                ? throw new SandboxUnavailableException($"{none.Reason}; and no bubblewrap: {obstacle}", none.Fix + " Or install the package bubblewrap.", none)
                : Bubblewrap(settings, scope, environment);
        }

        _hadEngine = true;
        _pruning ??= Task.Run(PruneAsync, CancellationToken.None);
        SandboxPlan plan = SandboxPlan.Make(settings, scope, engine.Facts, engine.Client.SocketPath, _paths, environment);
        return new DockerSandbox(plan, settings.Docker.SetupCommand, engine.Client, _paths.StateDir, _usage, _clock, _logger);
    }

    private BubblewrapSandbox Bubblewrap(SandboxConfig settings, SandboxScope scope, ProcessEnvironment environment) => new(
        BubblewrapPlan.Make(settings, scope, _paths, environment, Launcher), environment, _usage, _clock, _logger);

    private async Task ForgetEnginesAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        _engines.Forget();
        _gate.Release();
    }

    private async Task PruneAsync()
    {
        using PeriodicTimer timer = new(s_pruneEvery, _clock);
        try
        {
            do
            {
                await PruneOnceAsync(_stopping.Token);
            }
            while (await timer.WaitForNextTickAsync(_stopping.Token));
        }
        catch (OperationCanceledException)
        {
            // the gateway stops
        }
    }

    private async Task PruneOnceAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        DockerEngineClient[] engines = [.. _engines.InUse];
        HashSet<string> busy = [.. _sandboxes.Values.Where(sandbox => sandbox.IsBusy).Select(sandbox => sandbox.Name)];
        _gate.Release();
        foreach (DockerEngineClient engine in engines)
        {
            try
            {
                await SandboxPruning.RunAsync(
                    engine, agent => _config().Agents.SandboxOf(agent), _usage, busy.Contains, _paths.StateDir, _clock, _logger, cancellationToken);
            }
            catch (EngineException exception)
            {
                Log.NotPruned(_logger, exception.Message);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1906, LogLevel.Warning, "Old sandboxes could not be removed, it is tried again later: {Reason}")]
        public static partial void NotPruned(ILogger logger, string reason);
    }
}
