using Microsoft.Extensions.Logging;
using OpenClaw.Edge.Cli;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Diagnostics;
using OpenClaw.Edge.Gateway;
using OpenClaw.Edge.Platform;

namespace OpenClaw.Edge.Hosting;

/// <summary>One running gateway. Owns everything in it; disposing stops it in order.</summary>
public sealed partial class EdgeHost : IAsyncDisposable
{
    // The code that only the start ran, then what came right after it, and later what only a busy hour ran.
    private static readonly TimeSpan AfterStart = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan AfterFirstWork = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BetweenReleases = TimeSpan.FromMinutes(15);

    private readonly GatewayParts _parts;
    private readonly OwnedParts _owned;
    private int _stopped;

    private EdgeHost(GatewayParts parts, OwnedParts owned)
    {
        _parts = parts;
        _owned = owned;
    }

    /// <summary>Where it listens, with the real port; loopback first.</summary>
    public IReadOnlyList<Uri> Addresses => _parts.Listener.Addresses;

    /// <summary>What to tell the person who started it.</summary>
    internal StartBanner Banner => StartBanner.Of(_parts);

    /// <summary>Asks the model servers, unless they were asked in the last seconds, and names the model that answers when
    /// nobody names one.</summary>
    internal async Task<string?> FindModelAsync(CancellationToken cancellationToken)
    {
        await _parts.Router.Catalog.ListModelsAsync(cancellationToken);
        return _parts.Router.Catalog.DefaultModelRef;
    }

    /// <summary>The flags with which the command line of this process reaches this gateway.</summary>
    internal IReadOnlyList<string> ClientFlags => StartBanner.ClientFlags(_parts);

    /// <summary>Starts a gateway; when this returns, it answers. Throws <see cref="StartRefusedException"/>.</summary>
    public static async Task<EdgeHost> StartAsync(
        GatewayRunOptions options,
        ProcessEnvironment environment,
        Stream console,
        TimeProvider clock,
        CancellationToken cancellationToken)
    {
        var owned = new OwnedParts();
        try
        {
            GatewayParts parts = GatewayParts.Assemble(options, environment, console, clock, owned);
            var host = new EdgeHost(parts, owned);
            await host.OpenAsync(cancellationToken);
            return host;
        }
        catch
        {
            await owned.DisposeAsync();
            throw;
        }
    }

    /// <summary>Takes the configuration over as it is on disk now, as SIGHUP asks. A bad file changes nothing.</summary>
    public async Task<IReadOnlyList<ConfigProblem>> ReloadAsync(CancellationToken cancellationToken)
    {
        _parts.Systemd.Reloading(_parts.Clock.GetElapsedTime(0));
        try
        {
            IReadOnlyList<ConfigProblem> problems = await _parts.Config.ReloadAsync(cancellationToken);
            Report(problems);
            return problems;
        }
        finally
        {
            _parts.Systemd.Ready(StatusReporter.Line(_parts)); // else the unit would stay in "reloading"
        }
    }

    /// <summary>Whether and when this gateway is to start anew; the owner of the process says whether it can.</summary>
    internal RestartDesk Restarts => _parts.Restarts;

    /// <summary>Starts anew because of SIGUSR2, unless <c>commands.restart</c> forbids that.</summary>
    internal void RestartOnSignal()
    {
        if (_parts.Config.Current.Config.Gateway.Reload.BySignal)
        {
            _parts.Restarts.Ask("SIGUSR2", 0);
        }
        else
        {
            Log.SignalRefused(_parts.Logger);
        }
    }

    /// <summary>Stops as <see cref="DisposeAsync"/> does, but leaves the listeners open for the gateway that starts next in this process.
    /// Null when it was stopped already.</summary>
    internal async Task<Handover?> HandOverAsync()
    {
        if (Interlocked.Exchange(ref _stopped, 1) != 0)
        {
            return null;
        }

        Handover handover = Handover.At(_parts.Restarts.Times());
        _parts.LeaveListeners(handover);
        Log.StartsAnew(_parts.Logger, _parts.Restarts.Reason);
        await ShutdownSequence.BeforeRestartAsync(_parts);
        await _owned.DisposeAsync();
        return handover;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _stopped, 1) == 0)
        {
            await ShutdownSequence.RunAsync(_parts);
            await _owned.DisposeAsync();
        }
    }

    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        await _parts.Tasks.RecoverAsync(cancellationToken);
        int interrupted = (await _parts.Store.RecoverInterruptedAsync(cancellationToken)).Count;
        if (interrupted > 0)
        {
            Log.Recovered(_parts.Logger, interrupted);
        }

        _parts.Router.Start();
        await _parts.Cron.StartAsync(cancellationToken);
        _parts.Heartbeat.Start();
        _parts.Memory.Start();
        _parts.Upkeep.Start();
        await _parts.ListenAsync(cancellationToken);
        _owned.Own(() => _parts.Config.OnChanged(Apply));
        _owned.Own(() => new ConfigWatcher(_parts.Config, _parts.Clock, Report));
        _parts.Lifecycle.MarkStarted();
        if (_parts.Systemd.Keep(_parts.Listener.Own))
        {
            _parts.Listener.OwnAreKept();
        }

        _parts.Systemd.Ready(StatusReporter.Line(_parts));
        _parts.Systemd.StartWatchdog(_parts.Clock, _parts.Pulse.Stuck);
        _owned.Own(() => new StatusReporter(_parts));
        await _parts.Runs.RecoverSubagentsAsync(cancellationToken);
        if (LanAnnouncement.Start(_parts, _parts.Tls.Fingerprint) is { } announced)
        {
            _owned.Own(() => announced);
        }

        _parts.Browsers.Show();
        _owned.Own(() => _parts.Clock.CreateTimer(static _ => ImagePages.Release(), null, AfterStart, Timeout.InfiniteTimeSpan));
        _owned.Own(() => _parts.Clock.CreateTimer(static _ => ImagePages.Release(), null, AfterFirstWork, BetweenReleases));
        Report(_parts.Config.Current.Problems);
        await _parts.Gateway.TellOfRestartAsync(cancellationToken);
        Log.Listening(_parts.Logger, Addresses[0], EdgeVersion.Own, (long)_parts.Lifecycle.Uptime.TotalMilliseconds);
    }

    private void Apply(ConfigSnapshot snapshot)
    {
        _parts.Apply(snapshot);
        Log.Reloaded(_parts.Logger, snapshot.Path);
    }

    private void Report(IReadOnlyList<ConfigProblem> problems)
    {
        foreach (ConfigProblem problem in problems)
        {
            Log.ConfigProblem(_parts.Logger, problem);
        }

        foreach (Warnable warnable in _parts.Health.Active)
        {
            Log.Condition(_parts.Logger, warnable.Code, warnable.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2008, LogLevel.Information, "Starting anew in this process: {Reason}.")]
        public static partial void StartsAnew(ILogger logger, string reason);

        [LoggerMessage(2009, LogLevel.Warning, "SIGUSR2 was ignored: commands.restart is false.")]
        public static partial void SignalRefused(ILogger logger);

        [LoggerMessage(2007, LogLevel.Information, "Took over the changed configuration {Path}.")]
        public static partial void Reloaded(ILogger logger, string path);

        [LoggerMessage(2003, LogLevel.Warning, "Configuration: {Problem}")]
        public static partial void ConfigProblem(ILogger logger, ConfigProblem problem);

        [LoggerMessage(2004, LogLevel.Warning, "{Code}: {Message}")]
        public static partial void Condition(ILogger logger, string code, string message);

        [LoggerMessage(2001, LogLevel.Information, "Listening on {Address}, version {Version}, ready after {Milliseconds} ms.")]
        public static partial void Listening(ILogger logger, Uri address, string version, long milliseconds);

        [LoggerMessage(2002, LogLevel.Warning, "{Count} turn(s) were running when the gateway last ended; they are stored as interrupted.")]
        public static partial void Recovered(ILogger logger, int count);
    }
}
