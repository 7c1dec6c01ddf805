using System.Globalization;
using Microsoft.AspNetCore.Http;
using OpenClaw.Edge.Agents;

namespace OpenClaw.Edge.Http;

/// <summary>Answers a chat completion by a turn of an agent. When the caller leaves, the turn is aborted.
/// Thread-safe.</summary>
internal sealed partial class AgentChat(HttpFrontParts parts, RunStreams streams, HttpCounters counters)
{
    /// <summary>Runs the turn and writes the answer, whole or as a stream.</summary>
    public async Task AnswerAsync(HttpContext context, ChatRequest chat, RunRequest turn)
    {
        using RunStream stream = streams.Open(turn.RunId);
        // Not given up half-way: a turn that is in its lane is aborted below, by who knows it.
        RunAdmission admission = await parts.Runs.StartAsync(turn, CancellationToken.None);
        if (admission.Run is not { } run)
        {
            await RefuseAsync(context, admission, turn);
            return;
        }

        bool answered = false;
        try
        {
            await (chat.Stream ? StreamAsync(context, chat, run, stream) : WholeAsync(context, chat, run));
            answered = true;
        }
        finally
        {
            if (!answered && !run.Completion.IsCompleted)
            {
                counters.ClientLeft();
                await parts.Runs.AbortAsync(run.SessionKey, run.Id, "disconnect");
            }
        }
    }

    private static async Task WholeAsync(HttpContext context, ChatRequest chat, Run run)
    {
        RunResult result = await run.Completion.WaitAsync(context.RequestAborted);
        if (FailureOf(chat, result) is { } failure)
        {
            await HttpAnswer.ErrorAsync(context, failure.Status, failure.Type, failure.Message);
            return;
        }

        ChatAnswer answer = new()
        {
            Id = IdOf(run),
            CreatedSeconds = run.AcceptedAtMs / 1000,
            Model = chat.Model,
            Text = result.Text,
            ToolCalls = result.ClientToolCalls,
            FinishReason = ChatAnswer.FinishReasonOf(result.StopReason, result.ClientToolCalls.Count),
            Usage = result.Usage,
        };
        await HttpAnswer.JsonAsync(context, StatusCodes.Status200OK, answer, ChatAnswer.Write);
    }

    /// <summary>Answers a turn that was not admitted.</summary>
    internal static Task RefuseAsync(HttpContext context, RunAdmission admission, RunRequest turn)
    {
        double seconds = Math.Max(1, Math.Ceiling((admission.RetryAfter ?? TimeSpan.FromSeconds(1)).TotalSeconds));
        switch (admission.Status)
        {
            case RunAdmissionStatus.UnknownAgent:
                return HttpAnswer.ErrorAsync(
                    context, 400, "invalid_request_error", $"Unknown agent '{turn.SessionKey.AgentId}'.");
            case RunAdmissionStatus.LaneFull:
                context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
                return HttpAnswer.ErrorAsync(
                    context, 429, "rate_limit_error", "The session's queue is full. Wait for its turns to end.");
            case RunAdmissionStatus.Overloaded:
                return HttpAnswer.OverloadedAsync(context);
            default:
                return HttpAnswer.StoppingAsync(context);
        }
    }

    /// <summary>The failure that a result is; null for an answer. One that was aborted with something in it is still an
    /// answer; one without is a failure.</summary>
    internal static FailureAnswer? FailureOf(ChatRequest chat, RunResult result)
    {
        if (result.Status is RunStatus.Failed or RunStatus.TimedOut
            || (result.Status == RunStatus.Aborted && result.Text.Length == 0))
        {
            return FailureAnswer.Of(result);
        }

        return chat.ToolRequired && result.ClientToolCalls.Count == 0
            ? new FailureAnswer(502, "api_error", "The model did not call the tool that `tool_choice` demands.")
            : null;
    }

    private static string IdOf(Run run) => $"chatcmpl_{run.Id}";
}
