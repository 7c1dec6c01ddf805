using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Tools;

/// <summary>One configured MCP server over its whole life: started when it is first needed, stopped when it is not used, started again
/// after it went away, each time later when that fails. What it offered stays known while it rests. Thread-safe.</summary>
internal sealed partial class McpServer : IAsyncDisposable
{
    private const int PauseAfter = 3; // calls in a row without an answer
    private const int LongestStep = 9; // of doubling: 256 s

    private static readonly TimeSpan s_step = TimeSpan.FromSeconds(1);

    private readonly McpParts _parts;
    private readonly Action<McpServer> _started;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private Task<McpClient>? _client;
    private McpClient? _open; // what _client came to
    private Task _last = Task.CompletedTask; // what the client before this one still does
    private McpTool[]? _tools;
    private int _failures;
    private int _silent;
    private int _inHand;
    private long _usedAt;
    private DateTimeOffset _notBefore;
    private string? _problem;

    /// <summary>Makes a server that is not started.</summary>
    /// <param name="config">Its entry.</param>
    /// <param name="safeName">Its name in names of tools.</param>
    /// <param name="parts">What it needs.</param>
    /// <param name="started">Told when it is started.</param>
    public McpServer(McpServerConfig config, string safeName, McpParts parts, Action<McpServer> started)
    {
        Config = config;
        SafeName = safeName;
        _parts = parts;
        _started = started;
    }

    /// <summary>Its entry in the configuration.</summary>
    public McpServerConfig Config { get; }

    /// <summary>Name in the configuration.</summary>
    public string Name => Config.Name;

    /// <summary>Name in names of tools.</summary>
    public string SafeName { get; }

    /// <summary>Its tools as last seen; null before the first time, and after it could not be started.</summary>
    public IReadOnlyList<McpTool>? Tools => Volatile.Read(ref _tools);

    /// <summary>Why it does not work at the moment; null when it does, or was not needed yet.</summary>
    public string? Problem
    {
        get
        {
            lock (_gate)
            {
                return _problem;
            }
        }
    }

    /// <summary>Whether it runs, or is being started.</summary>
    public bool IsUp
    {
        get
        {
            lock (_gate)
            {
                return _client is not null;
            }
        }
    }

    /// <summary>Makes its tools known, starting it when they are not. Never throws but for cancellation: a server that does not
    /// start has none. One that has failed before is waited for briefly only.</summary>
    /// <param name="patience">How long one that failed before is waited for.</param>
    /// <param name="cancellationToken">Gives up waiting; the start goes on.</param>
    public async Task KnowAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        if (Tools is not null)
        {
            return;
        }

        try
        {
            Task<McpClient> client = ConnectedAsync(out bool wasFine);
            await (wasFine ? client.WaitAsync(cancellationToken) : client.WaitAsync(patience, _parts.Time, cancellationToken));
        }
        catch (Exception exception) when (exception is McpException or TimeoutException)
        {
            // told by Problem
        }
    }

    /// <summary>Asks the server, starting it when needed. Throws <see cref="McpException"/>.</summary>
    public Task<JsonElement> CallAsync(string method, Action<Utf8JsonWriter> parameters, CancellationToken cancellationToken) =>
        UseAsync(client => client.CallAsync(method, parameters, cancellationToken), cancellationToken);

    /// <summary>All items of a list of the server.</summary>
    public Task<IReadOnlyList<JsonElement>> ListAsync(string what, CancellationToken cancellationToken) =>
        UseAsync(client => client.ListAsync(what, cancellationToken), cancellationToken);

    /// <summary>Stops it when nobody used it for a while. True when it is down.</summary>
    public bool StopIfIdle(TimeSpan idle)
    {
        lock (_gate)
        {
            if (_client is null)
            {
                return true;
            }

            if (_inHand > 0 || !_client.IsCompletedSuccessfully || _parts.Time.GetElapsedTime(_usedAt) < idle)
            {
                return false;
            }

            Let();
        }

        Log.Resting(_parts.Logger, Name);
        return true;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        Task<McpClient>? client;
        lock (_gate)
        {
            client = _client;
            (_client, _open) = (null, null);
        }

        if (client is not null)
        {
            await EndAsync(client);
        }

        await _last;
        _stopping.Dispose();
    }

    private async Task<T> UseAsync<T>(Func<McpClient, Task<T>> use, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _inHand++;
        }

        try
        {
            McpClient client = await ConnectedAsync(out _).WaitAsync(cancellationToken);
            T answer = await use(client);
            Worked();
            return answer;
        }
        catch (McpException exception)
        {
            Failed(exception);
            throw;
        }
        finally
        {
            lock (_gate)
            {
                _inHand--;
                _usedAt = _parts.Time.GetTimestamp();
            }
        }
    }

    private Task<McpClient> ConnectedAsync(out bool wasFine)
    {
        lock (_gate)
        {
            wasFine = _failures == 0;
            if (_stopping.IsCancellationRequested)
            {
                throw new McpException(McpFailure.Gone, $"{Name} is no longer configured");
            }

            if (_client is not null)
            {
                return _client;
            }

            TimeSpan wait = _notBefore - _parts.Time.GetUtcNow();
            if (wait > TimeSpan.Zero)
            {
                throw new McpException(
                    McpFailure.Gone,
                    string.Create(CultureInfo.InvariantCulture, $"{_problem ?? $"{Name} does not run"}. It is tried again in {Math.Ceiling(wait.TotalSeconds)} s; do without it until then"));
            }

            _usedAt = _parts.Time.GetTimestamp();
            _client = StartAsync(_last);
            return _client;
        }
    }

    private async Task<McpClient> StartAsync(Task before)
    {
        await Task.Yield(); // the lock of the caller is not held while a program is started
        await before;
        _started(this);
        using CancellationTokenSource deadline = new(TimeSpan.FromMilliseconds(Config.ConnectionTimeoutMs), _parts.Time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, _stopping.Token);
        try
        {
            McpClient client = await McpClient.OpenAsync(
                Name, _parts.WireTo(Config), TimeSpan.FromMilliseconds(Config.RequestTimeoutMs), () => _ = RefreshAsync(), _parts.Time, _parts.Logger, either.Token);
            Volatile.Write(ref _tools, McpToolSet.Of(this, client.Offer));
            Log.Started(_parts.Logger, Name, client.Offer.Version, _tools!.Length);
            lock (_gate)
            {
                _open = client;
            }

            _ = WatchAsync(client);
            return client;
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            throw NotStarted(new McpException(McpFailure.TimedOut, _stopping.IsCancellationRequested
                ? $"{Name} is no longer configured"
                : $"{Name} was not ready within {Config.ConnectionTimeoutMs} ms (mcp.servers.{Name}.connectionTimeoutMs)"));
        }
        catch (McpException exception)
        {
            throw NotStarted(exception);
        }
    }

    private McpException NotStarted(McpException why)
    {
        lock (_gate)
        {
            _client = null;
            Volatile.Write(ref _tools, null);
            Step(why.Message);
        }

        Log.NotStarted(_parts.Logger, why.Message);
        return why;
    }

    // Under the lock. The next start waits for its end, and its end is no crash.
    private void Let()
    {
        Task<McpClient> client = _client!;
        (_client, _open) = (null, null);
        _last = EndAsync(client);
    }

    // Under the lock.
    private void Step(string problem)
    {
        _failures++;
        _problem = problem;
        _notBefore = _parts.Time.GetUtcNow() + (s_step * Math.Pow(2, Math.Min(_failures, LongestStep) - 1));
    }

    // A program that goes away while nobody stopped it has crashed.
    private async Task WatchAsync(McpClient client)
    {
        McpException why = await client.Closed;
        bool crashed;
        lock (_gate)
        {
            crashed = ReferenceEquals(_open, client);
            if (crashed)
            {
                Let();
                Step(why.Message);
            }
        }

        if (crashed)
        {
            Log.Crashed(_parts.Logger, why.Message);
        }
    }

    private void Worked()
    {
        lock (_gate)
        {
            (_failures, _silent, _problem, _notBefore) = (0, 0, null, default);
        }
    }

    // One that answers with an error answers. One that stays silent is started anew after a pause.
    private void Failed(McpException exception)
    {
        lock (_gate)
        {
            _silent = exception.Failure == McpFailure.TimedOut ? _silent + 1 : exception.Failure == McpFailure.Refused ? 0 : _silent;
            if (_silent < PauseAfter || _client is not { IsCompletedSuccessfully: true })
            {
                return;
            }

            _silent = 0;
            Let();
            Step($"{Name} left {PauseAfter} calls in a row without an answer and was stopped");
        }

        Log.Silent(_parts.Logger, Name, PauseAfter);
    }

    private async Task RefreshAsync()
    {
        Task<McpClient>? client;
        lock (_gate)
        {
            client = _client;
        }

        try
        {
            if (client is not null)
            {
                McpClient open = await client;
                await open.ListToolsAsync(_stopping.Token);
                Volatile.Write(ref _tools, McpToolSet.Of(this, open.Offer));
            }
        }
        catch (Exception exception) when (exception is McpException or OperationCanceledException or ObjectDisposedException)
        {
            Log.NotRefreshed(_parts.Logger, Name, exception.Message);
        }
    }

    private static async Task EndAsync(Task<McpClient> client)
    {
        try
        {
            await using McpClient open = await client;
        }
        catch (McpException)
        {
            // it never was open
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1755, LogLevel.Information, "mcp:{Server} is up ({Version}): {Count} tools.")]
        public static partial void Started(ILogger logger, string server, string version, int count);

        [LoggerMessage(1756, LogLevel.Warning, "MCP server {Problem}")]
        public static partial void NotStarted(ILogger logger, string problem);

        [LoggerMessage(1757, LogLevel.Warning, "MCP server {Problem}. It is started again when it is needed.")]
        public static partial void Crashed(ILogger logger, string problem);

        [LoggerMessage(1758, LogLevel.Information, "mcp:{Server} was not used for a while and rests.")]
        public static partial void Resting(ILogger logger, string server);

        [LoggerMessage(1759, LogLevel.Warning, "mcp:{Server} left {Count} calls in a row without an answer; it was stopped.")]
        public static partial void Silent(ILogger logger, string server, int count);

        [LoggerMessage(1760, LogLevel.Warning, "mcp:{Server} says that its tools changed, and does not tell them: {Problem}")]
        public static partial void NotRefreshed(ILogger logger, string server, string problem);
    }
}
