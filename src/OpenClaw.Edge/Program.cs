using OpenClaw.Edge.Cli;
using OpenClaw.Edge.Hosting;
using OpenClaw.Edge.Sandbox;

namespace OpenClaw.Edge;

internal static class Program
{
    private static Task<int> Main(string[] args) => args is [SandboxInit.Verb, ..]
        ? Task.FromResult(SandboxInit.Run(args.AsSpan(1))) // inside a sandbox: nothing of the command line is made
        : CommandLine.InvokeAsync(
            args, CliWorld.System(GatewayRunner.RunAsync) with { OpenNode = NodeHome.Open, LookAtMcp = McpLook.LookAsync }, CancellationToken.None);
}
