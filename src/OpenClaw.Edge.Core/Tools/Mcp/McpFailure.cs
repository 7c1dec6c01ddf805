namespace OpenClaw.Edge.Tools;

/// <summary>What became of a request to an MCP server.</summary>
public enum McpFailure
{
    /// <summary>The server answered with an error; it is fine itself.</summary>
    Refused,

    /// <summary>It does not run, cannot be reached, or went away.</summary>
    Gone,

    /// <summary>It did not answer in time.</summary>
    TimedOut,

    /// <summary>It sent what is no MCP, or more than is taken.</summary>
    Broken,
}
