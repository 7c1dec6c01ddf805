using System.Text.Json;

namespace OpenClaw.Edge.Gateway;

/// <summary>A command that a node is working on.</summary>
/// <param name="Id">UUID.</param>
/// <param name="Connection">The node's socket.</param>
internal sealed record NodeInvocation(string Id, GatewayConnection Connection)
{
    /// <summary>The node's answer: the params of its <c>node.invoke.result</c>; null when its socket ended.</summary>
    public TaskCompletionSource<JsonElement?> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
