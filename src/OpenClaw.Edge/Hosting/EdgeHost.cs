using Microsoft.Extensions.Logging;
using OpenClaw.Edge.Cli;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Diagnostics;

namespace OpenClaw.Edge.Hosting;

/// <summary>One running gateway. Owns everything in it; disposing stops it in order.</summary>
public sealed partial class EdgeHost : IAsyncDisposable
{
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
    public IReadOnlyList<ConfigProblem> Reload()
    {
        IReadOnlyList<ConfigProblem> problems = _parts.Config.TryReplace(_parts.Setup.Load());
        return problems;
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
        int interrupted = (await _parts.Store.RecoverInterruptedAsync(cancellationToken)).Count;
        if (interrupted > 0)
        {
            Log.Recovered(_parts.Logger, interrupted);
        }

        _parts.Router.Start();
        await _parts.ListenAsync(cancellationToken);
        _parts.Lifecycle.MarkStarted();
        Log.Listening(_parts.Logger, Addresses[0], EdgeVersion.Own, (long)_parts.Lifecycle.Uptime.TotalMilliseconds);
    }

    private static partial class Log
    {
        [LoggerMessage(2001, LogLevel.Information, "Listening on {Address}, version {Version}, ready after {Milliseconds} ms.")]
        public static partial void Listening(ILogger logger, Uri address, string version, long milliseconds);

        [LoggerMessage(2002, LogLevel.Warning, "{Count} turn(s) were running when the gateway last ended; they are stored as interrupted.")]
        public static partial void Recovered(ILogger logger, int count);
    }
}
