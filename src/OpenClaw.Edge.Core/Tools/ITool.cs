using System.Text.Json;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Tools;

/// <summary>Something that a model can call. Implementations are thread-safe and keep no state between calls.</summary>
public interface ITool
{
    /// <summary>Name, description and argument schema as the model sees them.</summary>
    ToolSpec Spec { get; }

    /// <summary>Whether an agent's model is shown it now; one that is not can be called all the same. Never throws.</summary>
    bool IsOffered(string agentId) => true;

    /// <summary>Whether a session's model is shown it now; by default, whether the agent's is. Never throws.</summary>
    bool IsOffered(SessionKey session) => IsOffered(session.AgentId);

    /// <summary>The call in a few words for a person, such as <c>read notes.md</c>. Never throws.</summary>
    string Title(JsonElement arguments);

    /// <summary>Runs the call. Arguments were checked against the schema. What the model can correct is a result with
    /// <see cref="ToolResult.IsError"/>; exceptions are bugs, except cancellation.</summary>
    ValueTask<ToolResult> InvokeAsync(ToolCallContext context, JsonElement arguments, CancellationToken cancellationToken);
}
