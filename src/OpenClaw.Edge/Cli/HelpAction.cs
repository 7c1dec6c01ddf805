using System.CommandLine;
using System.CommandLine.Invocation;

namespace OpenClaw.Edge.Cli;

/// <summary>Prints the help of the command it was asked for.</summary>
internal sealed class HelpAction(CliWorld world) : SynchronousCommandLineAction
{
    public override bool Terminating => true;

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        HelpWriter.Write(parseResult.CommandResult.Command, world.Terminal);
        return (int)ExitCode.Ok;
    }
}
