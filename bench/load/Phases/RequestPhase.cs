using System.Diagnostics;

namespace OpenClaw.Edge.Load.Phases;

/// <summary>Whole answers: requests a second at ten at once, straight and through the gateway.</summary>
internal static class RequestPhase
{
    private const int AtOnce = 10;

    public static async Task RunAsync(LoadOptions options, Report report)
    {
        using ModelProcess model = await ModelProcess.StartAsync();
        await using GatewayUnderTest gateway = new(options.Binary, model.BaseUri);
        await gateway.StartAsync();
        const string body = """{"model":"MODEL","messages":[{"role":"user","content":"[text:pong]"}]}""";
        byte[] toModel = RawHttp.Post("/v1/chat/completions", body.Replace("MODEL", "scripted:8b", StringComparison.Ordinal));
        byte[] toGateway = RawHttp.Post("/v1/chat/completions", body.Replace("MODEL", "labopen/scripted:8b", StringComparison.Ordinal), gateway.Token);
        TimeSpan time = TimeSpan.FromSeconds(options.Quick ? 1 : 8);
        await RateAsync(gateway.BaseUri, toGateway, time / 4, new Samples());
        Samples direct = new();
        Samples passed = new();
        report.Add(new Figure("direct, requests/s", await RateAsync(model.BaseUri, toModel, time, direct), "1/s", Note: $"{AtOnce} connections"));
        report.Add(new Figure("pass-through, requests/s", await RateAsync(gateway.BaseUri, toGateway, time, passed), "1/s", 8000, AtLeast: true, Note: $"{AtOnce} connections, not streamed, authentication on"));
        report.Add(new Figure("pass-through, request p99", passed.P99, "ms"));
        using RawHttp probe = new(gateway.BaseUri);
        report.Add(new Figure("/healthz, requests/s", await RateAsync(gateway.BaseUri, RawHttp.Get("/healthz"), time, new Samples()), "1/s", Note: $"{AtOnce} connections"));
    }

    private static async Task<double> RateAsync(Uri server, byte[] request, TimeSpan time, Samples latencies)
    {
        long began = Stopwatch.GetTimestamp();
        Samples[] all = await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => Task.Run(async () =>
        {
            Samples own = new();
            using RawHttp http = new(server);
            await http.ConnectAsync();
            while (Stopwatch.GetElapsedTime(began) < time)
            {
                long sent = Stopwatch.GetTimestamp();
                await http.SendAsync(request);
                own.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
                if (http.Status != 200)
                {
                    throw new IOException($"Status {http.Status}.");
                }
            }

            return own;
        })));
        double seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        foreach (Samples own in all)
        {
            latencies.Add(own);
        }

        return latencies.Count / seconds;
    }
}
