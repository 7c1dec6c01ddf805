namespace OpenClaw.Edge.Tools;

/// <summary>What a call asks to run.</summary>
/// <param name="AgentId">Agent that owns the command; others do not see it.</param>
/// <param name="SessionKey">Session of the call.</param>
/// <param name="Command">Text for the shell.</param>
/// <param name="Directory">Absolute directory it starts in.</param>
/// <param name="Timeout">Longest life; zero means none.</param>
public sealed record ExecRequest(string AgentId, string SessionKey, string Command, string Directory, TimeSpan Timeout)
{
    /// <summary>Whether it is the source of a job: counted apart, and not shown to agents.</summary>
    public bool IsWatch { get; init; }
}
