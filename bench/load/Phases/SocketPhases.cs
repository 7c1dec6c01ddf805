namespace OpenClaw.Edge.Load.Phases;

/// <summary>What connections and running streams cost in memory.</summary>
internal static class SocketPhases
{
    /// <summary>Memory of each idle authenticated WebSocket at a thousand of them.</summary>
    public static async Task IdleAsync(LoadOptions options, Report report)
    {
        using ModelProcess model = await ModelProcess.StartAsync();
        await using GatewayUnderTest gateway = new(options.Binary, model.BaseUri);
        await gateway.StartAsync();
        int count = options.Quick ? 100 : 1000;
        List<RawSocketClient> clients = [];
        try
        {
            await OpenAsync(gateway, clients, 20); // what the first connections load is not theirs
            await Task.Delay(TimeSpan.FromSeconds(1));
            ProcessFigures before = gateway.Memory();
            await OpenAsync(gateway, clients, count);
            await Task.Delay(TimeSpan.FromSeconds(options.Quick ? 1 : 5));
            ProcessFigures after = gateway.Memory();
            report.Add(new Figure("per idle authenticated WebSocket", (double)(after.PssKb - before.PssKb) / count, "KB", options.Quick ? null : 20, Note: $"PSS, {count} connections"));
            report.Add(new Figure($"RSS with {count} idle WebSockets", after.RssKb / 1024.0, "MB"));
        }
        finally
        {
            clients.ForEach(client => client.Dispose());
        }
    }

    /// <summary>Memory while 128 paced streams run.</summary>
    public static async Task LiveAsync(LoadOptions options, Report report)
    {
        using ModelProcess model = await ModelProcess.StartAsync();
        await using GatewayUnderTest gateway = new(options.Binary, model.BaseUri);
        await gateway.StartAsync();
        int streams = options.Quick ? 16 : 128;
        int tokens = options.Quick ? 100 : 500;
        List<RawSocketClient> clients = [];
        try
        {
            await OpenAsync(gateway, clients, streams);
            Task running = Task.WhenAll(clients.Select((client, index) => client.ChatAsync($"agent:main:live-{index}", $"[tokens:{tokens}] [tps:50]")));
            double peak = 0;
            double dirty = 0;
            while (!running.IsCompleted)
            {
                ProcessFigures now = gateway.Memory();
                peak = Math.Max(peak, now.PssKb / 1024.0);
                dirty = Math.Max(dirty, now.PrivateDirtyKb / 1024.0);
                await Task.WhenAny(running, Task.Delay(250));
            }

            await running;
            report.Add(new Figure($"PSS with {streams} live streams", peak, "MB", 48, Note: "largest seen"));
            report.Add(new Figure($"private dirty with {streams} live streams", dirty, "MB"));
        }
        finally
        {
            clients.ForEach(client => client.Dispose());
        }
    }

    // Eight at a time: a gateway bounds the unauthenticated sockets of one address.
    private static async Task OpenAsync(GatewayUnderTest gateway, List<RawSocketClient> into, int count)
    {
        for (int done = 0; done < count; done += 8)
        {
            RawSocketClient[] some = [.. Enumerable.Range(0, Math.Min(8, count - done)).Select(_ => new RawSocketClient(gateway.BaseUri, gateway.Token))];
            into.AddRange(some);
            await Task.WhenAll(some.Select(client => client.ConnectAsync()));
        }
    }
}
