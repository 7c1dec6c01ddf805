using OpenClaw.Edge.Cli;
using OpenClaw.Edge.Hosting;

namespace OpenClaw.Edge;

internal static class Program
{
    private static Task<int> Main(string[] args) => CommandLine.InvokeAsync(args, GatewayRunner.RunAsync);
}
