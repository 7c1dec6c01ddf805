using OpenClaw.Edge.TestKit.Models;

namespace OpenClaw.Edge.Load.Phases;

/// <summary>What reaches the disk, which on a small box is an SD card: idle, and for each message. The state must lie on a real disk
/// (TMPDIR), the kernel counts nothing for one in memory.</summary>
internal static class WritePhase
{
    public static async Task RunAsync(LoadOptions options, Report report)
    {
        await using ScriptedModelServer model = ScriptedModelServer.Start();
        await using GatewayUnderTest gateway = new(options.Binary, model.BaseUri);
        await gateway.StartAsync();
        using (RawSocketClient first = new(gateway.BaseUri, gateway.Token))
        {
            await first.ConnectAsync();
            await first.ChatAsync("agent:main:writes", "[tokens:16]");
        }

        await Task.Delay(TimeSpan.FromSeconds(options.Quick ? 1 : 10));
        long before = ProcessFigures.WrittenBytes(gateway.Pid);
        TimeSpan watched = TimeSpan.FromSeconds(options.Quick ? 5 : 120);
        await Task.Delay(watched);
        double day = (ProcessFigures.WrittenBytes(gateway.Pid) - before) * (TimeSpan.FromDays(1) / watched);
        report.Add(new Figure("written while idle, a day", day / (1 << 20), "MB", options.Quick ? null : 1, Note: $"over {watched.TotalSeconds} s, scaled"));

        int turns = options.Quick ? 20 : 200;
        using RawSocketClient client = new(gateway.BaseUri, gateway.Token);
        await client.ConnectAsync();
        before = ProcessFigures.WrittenBytes(gateway.Pid);
        for (int i = 0; i < turns; i++)
        {
            await client.ChatAsync($"agent:main:writes-{i / 10}", "[tokens:16]");
        }

        report.Add(new Figure("written for a message and its answer", (ProcessFigures.WrittenBytes(gateway.Pid) - before) / 1024.0 / turns, "KB", Note: $"{turns} turns, one after the other"));
    }
}
