using OpenClaw.Edge.Cli;

namespace OpenClaw.Edge;

internal static class Program
{
    private static Task<int> Main(string[] args) => CommandLine.InvokeAsync(args, (_, _) => Task.FromResult(1));
}
