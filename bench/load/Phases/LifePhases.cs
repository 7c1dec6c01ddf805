namespace OpenClaw.Edge.Load.Phases;

/// <summary>Start, stop, and doing nothing.</summary>
internal static class LifePhases
{
    /// <summary>exec → /readyz 200, from three places, state kept.</summary>
    public static async Task StartAsync(LoadOptions options, Report report)
    {
        using ModelProcess model = await ModelProcess.StartAsync();
        await using GatewayUnderTest gateway = new(options.Binary, model.BaseUri);
        report.Add(new Figure("first start", await gateway.StartAsync(), "ms", Note: "empty state directory"));
        await gateway.StopAsync();
        int turns = options.Quick ? 5 : 30;
        string empty = Directory.CreateDirectory(Path.Combine(gateway.Home.Root, "empty")).FullName;
        foreach ((string name, string directory) in ((string, string)[])[("/", "/"), ("home", Environment.GetFolderPath(Environment.SpecialFolder.UserProfile)), ("an empty directory", empty)])
        {
            Samples ready = new();
            int watches = 0;
            for (int i = 0; i < turns; i++)
            {
                ready.Add(await gateway.StartAsync(directory));
                watches = Math.Max(watches, ProcessFigures.InotifyWatches(gateway.Pid));
                await gateway.StopAsync();
            }

            report.Add(new Figure($"start from {name}, median", ready.Median, "ms", 80, Note: $"exec to /readyz 200, {turns} starts"));
            report.Add(new Figure($"start from {name}, slowest", ready.Max, "ms"));
            report.Add(new Figure($"inotify watches, started from {name}", watches, "", 64));
        }
    }

    /// <summary>SIGTERM → exit of an idle gateway.</summary>
    public static async Task StopAsync(LoadOptions options, Report report)
    {
        using ModelProcess model = await ModelProcess.StartAsync();
        await using GatewayUnderTest gateway = new(options.Binary, model.BaseUri);
        Samples stops = new();
        for (int i = 0; i < (options.Quick ? 3 : 15); i++)
        {
            await gateway.StartAsync();
            stops.Add(await gateway.StopAsync());
        }

        report.Add(new Figure("stop, idle, median", stops.Median, "ms", 1000, Note: "SIGTERM to exit"));
    }

    /// <summary>Memory and CPU of a gateway nobody talks to.</summary>
    public static async Task IdleAsync(LoadOptions options, Report report)
    {
        using ModelProcess model = await ModelProcess.StartAsync();
        await using GatewayUnderTest gateway = new(options.Binary, model.BaseUri);
        await gateway.StartAsync();
        await Task.Delay(TimeSpan.FromSeconds(options.Quick ? 3 : 30));
        ProcessFigures memory = gateway.Memory();
        report.Add(new Figure("idle RSS", memory.RssKb / 1024.0, "MB"));
        report.Add(new Figure("idle PSS", memory.PssKb / 1024.0, "MB", 28));
        report.Add(new Figure("idle private dirty", memory.PrivateDirtyKb / 1024.0, "MB", 14));
        double before = ProcessFigures.CpuSeconds(gateway.Pid);
        TimeSpan watched = TimeSpan.FromSeconds(options.Quick ? 5 : 60);
        await Task.Delay(watched);
        double used = (ProcessFigures.CpuSeconds(gateway.Pid) - before) / watched.TotalSeconds * 100;
        // the kernel counts in ticks of 10 ms: a short look cannot tell 0.1 %
        report.Add(new Figure("idle CPU", used, "% of a core", options.Quick ? null : 0.1, Note: $"over {watched.TotalSeconds} s"));
    }
}
