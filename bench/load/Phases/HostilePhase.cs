using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;

namespace OpenClaw.Edge.Load.Phases;

/// <summary>Memory of a gateway whose tools are given what is too much: outputs of 10 MB, binary ones, processes that multiply, files of 50 MB
/// and of broken text, links that leave, addresses that are closed. The model server is scripted, in this process.</summary>
internal static class HostilePhase
{
    private static readonly (string Tool, string Arguments)[] s_calls =
    [
        ("exec", """{"command":"yes | head -c 10000000","yieldMs":60000}"""),
        ("exec", """{"command":"head -c 10000000 /dev/urandom","yieldMs":60000}"""),
        ("exec", """{"command":"head -c 10000000 /dev/zero","yieldMs":60000}"""),
        ("exec", """{"command":"for i in $(seq 60); do (sleep 7653 &) ; done; sleep 7653","timeoutSeconds":1,"yieldMs":60000}"""),
        ("read", """{"path":"large.txt"}"""),
        ("read", """{"path":"broken.bin"}"""),
        ("read", """{"path":"../../secret.txt"}"""),
        ("edit", """{"path":"large.txt","edits":[{"oldText":"no such text","newText":"x"}]}"""),
        ("web_fetch", """{"url":"http://[::ffff:127.0.0.1]:1/"}"""),
        ("exec", "{\"command\":\"" + "x" + "\",\"path\":[[[[[[[[[[[[[[[["),
    ];

    public static async Task RunAsync(LoadOptions options, Report report)
    {
        await using ScriptedModelServer model = ScriptedModelServer.Start();
        await using GatewayUnderTest gateway = new(options.Binary, model.BaseUri);
        gateway.Home.WriteConfig("""logging: { level: "error" }, tools: { exec: { mode: "full" } },""");
        Directory.CreateDirectory(gateway.Home.Workspace);
        await File.WriteAllTextAsync(Path.Combine(gateway.Home.Workspace, "large.txt"), string.Concat(Enumerable.Repeat("a line of a large file, one of very many\n", 1_250_000)));
        await File.WriteAllBytesAsync(Path.Combine(gateway.Home.Workspace, "broken.bin"), [.. Enumerable.Range(0, 1_000_000).Select(i => (byte)(i * 7))]);
        await gateway.StartAsync();
        await using GatewayTestClient client = await GatewayTestClient.ConnectAsync(gateway.BaseUri, gateway.Token);
        using CancellationTokenSource ended = new();
        Task<ProcessFigures> watching = PeakAsync(gateway, ended.Token);
        int turns = options.Quick ? s_calls.Length : s_calls.Length * 5;
        int answered = 0;
        for (int i = 0; i < turns; i++)
        {
            (string tool, string arguments) = s_calls[i % s_calls.Length];
            model.Enqueue(ModelAnswer.Call(tool, arguments), ModelAnswer.Say("Done."));
            answered += (await client.ChatAsync($"talk-{i}", "go on")).Final == "Done." ? 1 : 0;
        }

        await ended.CancelAsync();
        ProcessFigures peak = await watching;
        report.Add(new Figure("hostile turns that ended with an answer", answered, "", turns, AtLeast: true, Note: $"of {turns}"));
        report.Add(new Figure("hostile turns, highest PSS", peak.PssKb / 1024.0, "MB", 48, Note: "looked at every 50 ms"));
        report.Add(new Figure("hostile turns, highest private dirty", peak.PrivateDirtyKb / 1024.0, "MB"));
    }

    private static async Task<ProcessFigures> PeakAsync(GatewayUnderTest gateway, CancellationToken ended)
    {
        ProcessFigures peak = gateway.Memory();
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(50));
        while (!ended.IsCancellationRequested)
        {
            ProcessFigures now = gateway.Memory();
            peak = now.PssKb > peak.PssKb ? now : peak;
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }

        return peak;
    }
}
