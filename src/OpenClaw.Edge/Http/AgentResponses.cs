using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using OpenClaw.Edge.Agents;

namespace OpenClaw.Edge.Http;

/// <summary>Answers a request of <c>/v1/responses</c> by a turn of an agent. When the caller leaves, the turn is aborted.
/// Thread-safe.</summary>
internal sealed class AgentResponses(HttpFrontParts parts, RunStreams streams, HttpCounters counters, ResponseThreads threads)
{
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    /// <summary>Runs the turn and writes the answer, whole or as events.</summary>
    public async Task AnswerAsync(HttpContext context, ChatRequest chat, RunRequest turn, ResponseOwner owner)
    {
        using RunStream stream = streams.Open(turn.RunId);
        // Not given up half-way: a turn that is in its lane is aborted below, by who knows it.
        RunAdmission admission = await parts.Runs.StartAsync(turn, CancellationToken.None);
        if (admission.Run is not { } run)
        {
            await AgentChat.RefuseAsync(context, admission, turn);
            return;
        }

        ResponsesAnswer begun = new()
        {
            Id = ResponseThreads.IdOf(run.Id),
            MessageId = $"msg_{run.Id}",
            CreatedSeconds = run.AcceptedAtMs / 1000,
            Model = chat.Model,
        };
        bool answered = false;
        try
        {
            // On disk before the caller can know the id; the model works meanwhile.
            await threads.KeepAsync(begun.Id, owner, run.SessionKey, context.RequestAborted);
            await (chat.Stream ? StreamAsync(context, chat, run, stream, begun) : WholeAsync(context, chat, run, begun));
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

    private static async Task WholeAsync(HttpContext context, ChatRequest chat, Run run, ResponsesAnswer begun)
    {
        RunResult result = await run.Completion.WaitAsync(context.RequestAborted);
        if (AgentChat.FailureOf(chat, result) is { } failure)
        {
            await HttpAnswer.ErrorAsync(context, failure.Status, failure.Type, failure.Message);
            return;
        }

        await HttpAnswer.JsonAsync(
            context, StatusCodes.Status200OK, begun.Ended(result, failure: null), ResponsesAnswer.Write);
    }

    private async Task StreamAsync(HttpContext context, ChatRequest chat, Run run, RunStream stream, ResponsesAnswer begun)
    {
        CancellationToken gone = context.RequestAborted;
        PipeWriter output = context.Response.BodyWriter;
        stream.Overflowing = context.Abort;
        ResponseEventWriter events = new(output, begun.MessageId);
        bool started = false;
        SseHeaders.Apply(context.Response, ref started);
        events.Response("created", begun);
        events.Response("in_progress", begun);
        await output.FlushAsync(gone);
        await using ITimer timer = parts.Clock.CreateTimer(
            static state => ((RunStream)state!).Wake(), stream, KeepAlive, KeepAlive);
        long lastWrite = parts.Clock.GetTimestamp();
        while (true)
        {
            ReadOnlyMemory<byte> text = stream.Take(out bool ended, out bool overflowed);
            if (overflowed)
            {
                context.Abort(); // the caller has not read for megabytes; the run is aborted with it
                gone.ThrowIfCancellationRequested();
                throw new OperationCanceledException("the caller does not read", gone);
            }

            if (text.Length > 0)
            {
                events.EscapedText(text.Span);
            }
            else if (ended)
            {
                break;
            }
            else if (parts.Clock.GetElapsedTime(lastWrite) >= KeepAlive)
            {
                events.KeepAlive();
            }
            else
            {
                await stream.WaitAsync(gone);
                continue;
            }

            await output.FlushAsync(gone);
            lastWrite = parts.Clock.GetTimestamp();
        }

        RunResult result = await run.Completion.WaitAsync(gone);
        events.End(begun.Ended(result, AgentChat.FailureOf(chat, result)));
        await output.FlushAsync(gone);
    }
}
