using OpenClaw.Edge.Cli;

namespace OpenClaw.Edge.Hosting;

/// <summary>The gateway does not start; the message says what stands in the way and how to clear it.</summary>
public sealed class StartRefusedException(string message, ExitCode exit = ExitCode.Failed, Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>Exit code of the process.</summary>
    public ExitCode Exit { get; } = exit;
}
