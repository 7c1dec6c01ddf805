using OpenClaw.Edge.Load.Phases;
using OpenClaw.Edge.TestKit.Models;

namespace OpenClaw.Edge.Load;

/// <summary>The two lives of this program: <c>--serve-model</c> is the model server, everything else measures.</summary>
internal static class LoadProgram
{
    public static async Task<int> RunAsync(string[] args)
    {
        if (args is ["--serve-model", ..])
        {
            await ServeModelAsync(args.Length > 1 ? int.Parse(args[1]) : 0);
            return 0;
        }

        if (LoadOptions.Parse(args) is not { } options)
        {
            await Console.Error.WriteLineAsync(LoadOptions.Help);
            return 2;
        }

        if (!File.Exists(options.Binary))
        {
            await Console.Error.WriteLineAsync($"There is no {options.Binary}; run packaging/publish.sh, or name another with --bin.");
            return 2;
        }

        Report report = new(options);
        foreach (string phase in options.Phases)
        {
            await RunPhaseAsync(phase, options, report);
        }

        await report.WriteAsync();
        return report.Errors > 0 || (options.Check && report.Missed > 0) ? 1 : 0;
    }

    private static async Task RunPhaseAsync(string phase, LoadOptions options, Report report)
    {
        try
        {
            Task running = phase switch
            {
                "start" => LifePhases.StartAsync(options, report),
                "stop" => LifePhases.StopAsync(options, report),
                "idle" when options.Everything => EverythingPhase.RunAsync(options, report),
                "idle" => LifePhases.IdleAsync(options, report),
                "writes" => WritePhase.RunAsync(options, report),
                "cli" => CommandPhase.RunAsync(options, report),
                "prompt" => TurnPhases.PromptAsync(options, report),
                "turn" => TurnPhases.TurnAsync(options, report),
                "passthrough" => TurnPhases.PassThroughAsync(options, report),
                "requests" => RequestPhase.RunAsync(options, report),
                "paced" => StreamPhases.PacedAsync(options, report),
                "stream" => StreamPhases.ThroughputAsync(options, report),
                "sockets" => SocketPhases.IdleAsync(options, report),
                "live" => SocketPhases.LiveAsync(options, report),
                "hostile" => HostilePhase.RunAsync(options, report),
                _ => throw new ArgumentOutOfRangeException(nameof(phase), phase, "No such phase."),
            };
            await running.WaitAsync(TimeSpan.FromMinutes(5));
        }
        catch (Exception failed)
        {
            // one phase that cannot be measured must not take the others with it; the report names it
            report.Fail(phase, failed);
        }
    }

    private static async Task ServeModelAsync(int port)
    {
        await using ScriptedModelServer server = ScriptedModelServer.Start(port);
        server.Models = [.. server.Models, new ScriptedModel("scripted:think") { Capabilities = ["completion", "tools", "thinking"] }];
        server.DefaultAnswer = ModelAnswer.Stream(64) with { MessagesPerWrite = 8 };
        Console.WriteLine(server.BaseUri.GetLeftPart(UriPartial.Authority));
        await Console.In.ReadToEndAsync(); // the parent closes our input when it is done with us
    }
}
