using System.Diagnostics;
using OpenClaw.Edge.TestKit.Gateways;

namespace OpenClaw.Edge.Load;

/// <summary>The gateway that is measured, with its home, and the model server behind it.</summary>
internal sealed class GatewayUnderTest : IAsyncDisposable
{
    private readonly GatewayHome home;
    private GatewayProcess? process;

    public GatewayUnderTest(string binary, Uri model)
    {
        Binary = Path.GetFullPath(binary);
        home = new GatewayHome(model, "logging: { level: \"warn\" },");
    }

    public string Binary { get; }

    public string Token => home.Token;

    public Uri ModelUri => home.ModelUri;

    public GatewayHome Home => home;

    public Uri BaseUri => process!.BaseUri;

    public int Pid => process!.Id;

    /// <summary>Starts it; returns milliseconds from exec to the first 200 of /readyz.</summary>
    public async Task<double> StartAsync(string workingDirectory = "/")
    {
        long began = Stopwatch.GetTimestamp();
        process = await GatewayProcess.StartAsync(Binary, home, workingDirectory);
        using RawHttp http = new(process.BaseUri);
        await http.ConnectAsync();
        byte[] request = RawHttp.Get("/readyz");
        while (true)
        {
            await http.SendAsync(request);
            if (http.Status == 200)
            {
                return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            }

            if (Stopwatch.GetElapsedTime(began) > TimeSpan.FromSeconds(20))
            {
                throw new TimeoutException($"/readyz still answers {http.Status} after 20 s. {process.Output}");
            }

            await Task.Delay(1);
        }
    }

    /// <summary>Ends it with SIGTERM; returns milliseconds from the signal to the exit.</summary>
    public async Task<double> StopAsync()
    {
        long began = Stopwatch.GetTimestamp();
        await process!.StopAsync();
        double took = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        await process.DisposeAsync();
        process = null;
        return took;
    }

    public ProcessFigures Memory() => ProcessFigures.Of(Pid);

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
        {
            await process.DisposeAsync();
        }

        home.Dispose();
    }
}
