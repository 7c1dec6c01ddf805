using System.Globalization;
using System.Text.Json;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Agents;

/// <summary>Says what <c>/status</c> says, the time, and what was used; can set the session's model.</summary>
internal sealed class SessionStatusTool(Func<RunRegistry> runs) : ITool
{
    /// <inheritdoc />
    public ToolSpec Spec { get; } = new(
        "session_status",
        "Show time, model and token use; model sets this session's model.",
        """{"type":"object","properties":{"sessionKey":{"type":"string"},"model":{"type":"string","description":"provider/model or default"}}}"""u8.ToArray());

    /// <inheritdoc />
    public string Title(JsonElement arguments) => "session status";

    /// <inheritdoc />
    public async ValueTask<ToolResult> InvokeAsync(ToolCallContext context, JsonElement arguments, CancellationToken cancellationToken)
    {
        RunRegistry registry = runs();
        AgentRuntime runtime = registry.Runtime;
        if (!SessionTools.TryFind(runtime, context, arguments, out SessionKey key, out string problem))
        {
            return ToolResult.Error(problem);
        }

        string changed = "";
        if (SessionTools.Text(arguments, "model") is { Length: > 0 } model)
        {
            changed = (await registry.Commands.RunAsync("model", model, key, cancellationToken)).Text + "\n";
        }

        string status = (await registry.Commands.RunAsync("status", "", key, cancellationToken)).Text;
        string usage = (await registry.Commands.RunAsync("usage", "", key, cancellationToken)).Text;
        return new ToolResult(string.Create(
            CultureInfo.InvariantCulture, $"{changed}Time: {runtime.Time.GetLocalNow():dddd, yyyy-MM-dd HH:mm zzz}\n{status}\n{usage}"));
    }
}
