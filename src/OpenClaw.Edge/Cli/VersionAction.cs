using System.CommandLine;
using System.CommandLine.Invocation;
using OpenClaw.Edge.Diagnostics;

namespace OpenClaw.Edge.Cli;

/// <summary>Prints the version. The original's comes first: scripts compare it.</summary>
internal sealed class VersionAction(CliWorld world) : SynchronousCommandLineAction
{
    public override bool Terminating => true;

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        world.Terminal.Out.WriteLine($"OpenClaw {EdgeVersion.Compatible} (edge {EdgeVersion.Own})");
        return (int)ExitCode.Ok;
    }
}
