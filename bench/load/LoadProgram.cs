using OpenClaw.Edge.TestKit.Models;

namespace OpenClaw.Edge.Load;

/// <summary>The two lives of this program: <c>--serve-model</c> is the model server, everything else measures.</summary>
internal static class LoadProgram
{
    public static async Task<int> RunAsync(string[] args)
    {
        int serve = Array.IndexOf(args, "--serve-model");
        if (serve >= 0)
        {
            int port = serve + 1 < args.Length ? int.Parse(args[serve + 1]) : 0;
            await using ScriptedModelServer server = ScriptedModelServer.Start(port);
            server.DefaultAnswer = ModelAnswer.Stream(64) with { MessagesPerWrite = 8 };
            Console.WriteLine(server.BaseUri.GetLeftPart(UriPartial.Authority));
            await Console.In.ReadToEndAsync(); // the parent closes our input when it is done with us
            return 0;
        }

        return 2;
    }
}
