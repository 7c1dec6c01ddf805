using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Protocol.Gateway;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary>Answers that tell what became of a turn. Source: docs/protocol.md, idempotency.</summary>
internal static class RunReplies
{
    /// <summary>The answer to <c>chat.send</c>.</summary>
    public static async ValueTask<MethodReply> OfChatAsync(RunAdmission admission, RunRequest request) =>
        admission.Status switch
        {
            RunAdmissionStatus.InFlight or RunAdmissionStatus.Finished when IsOther(admission.Run!.Request, request) =>
                MethodReply.Fail(Conflict()),
            RunAdmissionStatus.Started when admission.Interrupted => MethodReply.Object(json =>
            {
                json.WriteString("runId"u8, request.RunId);
                json.WriteString("status"u8, "started"u8);
                json.WriteBoolean("interruptedActiveRun"u8, true);
            }),
            RunAdmissionStatus.Started => Status(request.RunId, "started"),
            RunAdmissionStatus.InFlight when !admission.Run!.Completion.IsCompleted => Status(request.RunId, "in_flight"),
            RunAdmissionStatus.InFlight or RunAdmissionStatus.Finished => Finished(request.RunId, await admission.Run!.Completion),
            _ => MethodReply.Fail(Refused(admission, request)),
        };

    /// <summary>The error for a turn that was not admitted.</summary>
    public static GatewayError Refused(RunAdmission admission, RunRequest request)
    {
        int retryMs = (int)(admission.RetryAfter ?? TimeSpan.FromSeconds(1)).TotalMilliseconds;
        return admission.Status switch
        {
            RunAdmissionStatus.UnknownAgent => SessionTarget.UnknownAgent(request.SessionKey.AgentId),
            RunAdmissionStatus.LaneFull => GatewayError.Unavailable(
                "This session has too many waiting messages. Please try again in a moment.", retryMs),
            RunAdmissionStatus.Overloaded => GatewayError.Unavailable(
                "The gateway is short of memory. Please try again in a moment.", retryMs),
            _ => GatewayError.Unavailable("gateway restart in progress", retryMs),
        };
    }

    /// <summary>A run id with a status.</summary>
    public static MethodReply Status(string runId, string status) => MethodReply.Object(json =>
    {
        json.WriteString("runId"u8, runId);
        json.WriteString("status"u8, status);
    });

    private static bool IsOther(RunRequest before, RunRequest now) =>
        before.SessionKey != now.SessionKey || !string.Equals(before.Message, now.Message, StringComparison.Ordinal);

    private static GatewayError Conflict() => GatewayError.Invalid(
        "This message ID was already used for different input. Check the conversation history and use a new message ID to send again.",
        json => json.WriteString("reason"u8, "chat-request-conflict"u8));

    private static MethodReply Finished(string runId, RunResult result)
    {
        if (result is { Status: RunStatus.Done, ErrorMessage: null })
        {
            return Status(runId, WordFor(result.Status));
        }

        return MethodReply.Object(json =>
        {
            json.WriteString("runId"u8, runId);
            json.WriteString("status"u8, WordFor(result.Status));
            if (result.Status is RunStatus.Aborted or RunStatus.TimedOut)
            {
                json.WriteString("summary"u8, result.Status == RunStatus.Aborted ? "aborted" : "timeout");
                json.WriteString("stopReason"u8, result.StopReason);
            }
            else
            {
                json.WriteString("summary"u8, result.ErrorMessage);
            }

            json.WriteNumber("endedAt"u8, result.EndedAtMs);
        });
    }

    /// <summary>The wire's word for how a run ended.</summary>
    public static string WordFor(RunStatus status) => status switch
    {
        RunStatus.Done => "ok",
        RunStatus.Failed => "error",
        RunStatus.Aborted or RunStatus.TimedOut => "timeout",
        _ => "pending",
    };
}
