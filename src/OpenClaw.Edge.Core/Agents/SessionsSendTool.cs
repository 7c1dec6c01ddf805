using System.Text.Json;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Agents;

/// <summary>Asks another session of this gateway and waits for its answer, for a while.</summary>
internal sealed class SessionsSendTool(Func<RunRegistry> runs) : ITool
{
    private const int DefaultSeconds = 30;
    private const int MaxSeconds = 600;

    /// <inheritdoc />
    public ToolSpec Spec { get; } = new(
        "sessions_send",
        "Send a message to another session and wait for its answer.",
        """{"type":"object","properties":{"sessionKey":{"type":"string"},"message":{"type":"string"},"timeoutSeconds":{"type":"integer","minimum":0}},"required":["sessionKey","message"]}"""u8.ToArray());

    /// <inheritdoc />
    public string Title(JsonElement arguments) => $"send to {SessionTools.Text(arguments, "sessionKey")}";

    /// <inheritdoc />
    public async ValueTask<ToolResult> InvokeAsync(ToolCallContext context, JsonElement arguments, CancellationToken cancellationToken)
    {
        RunRegistry registry = runs();
        AgentRuntime runtime = registry.Runtime;
        string message = SessionTools.Text(arguments, "message");
        if (!SessionTools.TryFind(runtime, context, arguments, out SessionKey key, out string problem))
        {
            return ToolResult.Error(problem);
        }

        if (key == context.SessionKey || message.Length == 0)
        {
            return ToolResult.Error(message.Length == 0 ? "message is empty" : "this is the session itself; answer the person instead");
        }

        RunAdmission admission = await registry.StartAsync(
            new RunRequest
            {
                RunId = Guid.NewGuid().ToString(),
                SessionKey = key,
                Source = "session",
                QueueMode = QueueMode.Followup,
                Message = $"[Inter-session message from {context.SessionKey.Text}; not from the person]\n{message}",
            },
            cancellationToken);
        if (admission.Run is not { } run)
        {
            return ToolResult.Error($"{key.Text} takes no message now ({admission.Status})");
        }

        int seconds = Math.Clamp(SessionTools.Whole(arguments, "timeoutSeconds") ?? DefaultSeconds, 0, MaxSeconds);
        if (seconds == 0)
        {
            return new ToolResult($"accepted; {key.Text} answers on its own time");
        }

        try
        {
            RunResult result = await run.Completion.WaitAsync(TimeSpan.FromSeconds(seconds), runtime.Time, cancellationToken);
            return result.Status != RunStatus.Done ? ToolResult.Error($"{key.Text}: {result.ErrorMessage ?? result.StopReason}")
                : new ToolResult(result.Text.Length == 0 ? $"{key.Text} has read it and does not answer" : $"{key.Text} answers:\n{result.Text}");
        }
        catch (TimeoutException)
        {
            return new ToolResult($"{key.Text} has not answered within {seconds} s; it goes on, and sessions_history will show its answer");
        }
    }
}
