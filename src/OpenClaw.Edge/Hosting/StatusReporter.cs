using System.Globalization;

namespace OpenClaw.Edge.Hosting;

/// <summary>Keeps the line that <c>systemctl status</c> shows true: where the gateway listens, who is connected, what runs,
/// what is wrong. One loop, only under systemd; systemd is told when the line has changed.</summary>
internal sealed class StatusReporter : IAsyncDisposable
{
    // A person who looks twice sees the change; the line costs some microseconds to make.
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    private readonly GatewayParts _parts;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _loop;

    /// <summary>Starts the loop.</summary>
    public StatusReporter(GatewayParts parts)
    {
        _parts = parts;
        _loop = parts.Systemd.Active ? Task.Run(RunAsync) : Task.CompletedTask;
    }

    /// <summary>The line as it is now.</summary>
    public static string Line(GatewayParts parts)
    {
        int runs = parts.Runs.Active.Count;
        int connections = parts.Gateway.Connections;
        string model = parts.Router.Catalog.DefaultModelRef ?? "none yet";
        string[] warnings = [.. parts.Health.Active.Select(warnable => warnable.Code)];
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Listening on {parts.Listener.Addresses[0]}; {Count(connections, "connection")}, {Count(runs, "turn")} running; model {model}")
            + (warnings.Length == 0 ? "" : $"; look at: {string.Join(", ", warnings)}");
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _loop;
        _stopping.Dispose();
    }

    private static string Count(int number, string noun) =>
        string.Create(CultureInfo.InvariantCulture, $"{number} {noun}{(number == 1 ? "" : "s")}");

    private async Task RunAsync()
    {
        string told = "";
        using PeriodicTimer timer = new(Period, _parts.Clock);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
            {
                string line = Line(_parts);
                if (line != told && !_parts.Lifecycle.Draining)
                {
                    _parts.Systemd.Status(line);
                    told = line;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // disposed
        }
    }
}
