using OpenClaw.Edge.Core.Tests.Storage;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace OpenClaw.Edge.Core.Tests;

internal static class Program
{
    public static Task<int> Main(string[] args) => args switch
    {
        [WriterProcess.Mode, string path] => WriterProcess.RunAsync(path),
        _ when args.Contains("--server") || args.Contains("--internal-msbuild-node") =>
            TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions),
        _ => ConsoleRunner.Run(args),
    };
}
