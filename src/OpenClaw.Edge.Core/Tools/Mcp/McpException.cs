namespace OpenClaw.Edge.Tools;

/// <summary>A request to an MCP server came to nothing. The message is for a model and for a person.</summary>
public sealed class McpException(McpFailure failure, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What became of it.</summary>
    public McpFailure Failure { get; } = failure;
}
