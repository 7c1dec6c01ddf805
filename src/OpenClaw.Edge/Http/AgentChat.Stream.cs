using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using OpenClaw.Edge.Agents;

namespace OpenClaw.Edge.Http;

/// <summary>The streamed answer. Headers leave with the first text, or with the first keep-alive when that comes earlier:
/// until then a failure still gets a status of its own.</summary>
internal sealed partial class AgentChat
{
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    private async Task StreamAsync(HttpContext context, ChatRequest chat, Run run, RunStream stream)
    {
        CancellationToken gone = context.RequestAborted;
        stream.Overflowing = context.Abort;
        PipeWriter output = context.Response.BodyWriter;
        ChatChunkWriter frames = new(output, IdOf(run), run.AcceptedAtMs / 1000, chat.Model);
        await using ITimer timer = parts.Clock.CreateTimer(
            static state => ((RunStream)state!).Wake(), stream, KeepAlive, KeepAlive);
        long lastWrite = parts.Clock.GetTimestamp();
        bool started = false;
        bool anyText = false;
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
                Begin(context.Response, frames, ref started, ref anyText);
                frames.EscapedText(text.Span);
            }
            else if (ended)
            {
                break;
            }
            else if (parts.Clock.GetElapsedTime(lastWrite) >= KeepAlive)
            {
                SseHeaders.Apply(context.Response, ref started);
                frames.KeepAlive();
            }
            else
            {
                await stream.WaitAsync(gone);
                continue;
            }

            await output.FlushAsync(gone);
            lastWrite = parts.Clock.GetTimestamp();
        }

        await EndAsync(context, chat, await run.Completion.WaitAsync(gone), frames, started, anyText);
    }

    private static void Begin(HttpResponse response, ChatChunkWriter frames, ref bool started, ref bool anyText)
    {
        SseHeaders.Apply(response, ref started);
        if (!anyText)
        {
            frames.Role();
            anyText = true;
        }
    }

    private static async Task EndAsync(
        HttpContext context,
        ChatRequest chat,
        RunResult result,
        ChatChunkWriter frames,
        bool started,
        bool anyText)
    {
        FailureAnswer? failure = FailureOf(chat, result);
        if (failure is { } early && !started)
        {
            await HttpAnswer.ErrorAsync(context, early.Status, early.Type, early.Message);
            return;
        }

        SseHeaders.Apply(context.Response, ref started);
        if (failure is { } late)
        {
            frames.Error(late.Type, late.Message);
        }
        else
        {
            WriteEnd(chat, result, frames, anyText);
        }

        frames.Done();
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    private static void WriteEnd(ChatRequest chat, RunResult result, ChatChunkWriter frames, bool anyText)
    {
        if (!anyText)
        {
            frames.Role();
            if (result.ClientToolCalls.Count == 0)
            {
                frames.Text(System.Text.Encoding.UTF8.GetBytes(result.Text.Length > 0 ? result.Text : ChatAnswer.EmptyText));
            }
        }

        for (int index = 0; index < result.ClientToolCalls.Count; index++)
        {
            frames.ToolCall(index, result.ClientToolCalls[index]);
        }

        frames.Finish(ChatAnswer.FinishReasonOf(result.StopReason, result.ClientToolCalls.Count));
        if (chat.IncludeUsage)
        {
            frames.Usage(result.Usage);
        }
    }
}
