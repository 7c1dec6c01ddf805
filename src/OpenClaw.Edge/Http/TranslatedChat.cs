using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Http;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Providers;

namespace OpenClaw.Edge.Http;

/// <summary>Answers a chat completion by a model whose server does not speak OpenAI's wire. Nothing is added to the
/// request, and nothing is stored. Thread-safe.</summary>
internal sealed class TranslatedChat(HttpFrontParts parts, HttpCounters counters)
{
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    /// <summary>Calls exactly this model and writes its answer, whole or as a stream.</summary>
    public async Task AnswerAsync(HttpContext context, ChatRequest chat, string modelRef)
    {
        if (chat.Messages.Count == 0)
        {
            await HttpAnswer.ErrorAsync(context, 400, "invalid_request_error", "Missing user message in `messages`.");
            return;
        }

        ModelRequest request = new()
        {
            Model = modelRef,
            System = chat.System,
            Messages = chat.Messages,
            Tools = chat.Tools,
            Sampling = chat.Sampling,
            QueueKey = context.Connection.Id,
        };
        IAsyncEnumerable<ChatDelta> deltas =
            parts.Models.StreamAsync(ModelChoice.Only(modelRef), request, context.RequestAborted);
        string id = $"chatcmpl_{Guid.NewGuid()}";
        long created = parts.Clock.GetUtcNow().ToUnixTimeSeconds();
        bool started = false;
        ChatChunkWriter frames = new(context.Response.BodyWriter, id, created, chat.Model);
        try
        {
            if (chat.Stream)
            {
                await StreamAsync(context, chat, deltas, frames, () => SseHeaders.Apply(context.Response, ref started));
            }
            else
            {
                ChatAnswer answer = await CollectAsync(deltas, id, created, chat.Model);
                counters.Tokens(ChatAnswer.PromptTokens(answer.Usage), answer.Usage.Output);
                await HttpAnswer.JsonAsync(context, StatusCodes.Status200OK, answer, ChatAnswer.Write);
            }
        }
        catch (ProviderException exception)
        {
            counters.UpstreamFailed();
            FailureAnswer failure = FailureAnswer.Of(exception);
            if (!started)
            {
                await HttpAnswer.ErrorAsync(context, failure.Status, failure.Type, failure.Message);
                return;
            }

            frames.Error(failure.Type, failure.Message);
            frames.Done();
            await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
        }
    }

    private async Task StreamAsync(
        HttpContext context,
        ChatRequest chat,
        IAsyncEnumerable<ChatDelta> deltas,
        ChatChunkWriter frames,
        Action start)
    {
        bool role = false;
        int calls = 0;
        await using IAsyncEnumerator<ChatDelta> each = deltas.GetAsyncEnumerator(context.RequestAborted);
        while (await NextAsync(each, context, frames, start))
        {
            ChatDelta delta = each.Current;
            if (delta.Kind == ChatDeltaKind.Progress)
            {
                continue;
            }

            start();
            if (!role)
            {
                frames.Role();
                role = true;
            }

            switch (delta.Kind)
            {
                case ChatDeltaKind.Text:
                    frames.Text(delta.Utf8.Span);
                    break;
                case ChatDeltaKind.Thinking:
                    frames.Reasoning(delta.Utf8.Span);
                    break;
                case ChatDeltaKind.ToolCall:
                    frames.ToolCall(calls++, delta.ToolCall!);
                    break;
                case ChatDeltaKind.Finish:
                    Finish(chat, frames, delta.Finish!, calls);
                    break;
            }

            await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
        }
    }

    private void Finish(ChatRequest chat, ChatChunkWriter frames, ModelFinish finish, int calls)
    {
        counters.Tokens(ChatAnswer.PromptTokens(finish.Usage), finish.Usage.Output);
        frames.Finish(ChatAnswer.FinishReasonOf(finish.StopReason, calls));
        if (chat.IncludeUsage)
        {
            frames.Usage(finish.Usage);
        }

        frames.Done();
    }

    // Waits for the next piece and keeps the connection alive meanwhile.
    private async ValueTask<bool> NextAsync(
        IAsyncEnumerator<ChatDelta> each,
        HttpContext context,
        ChatChunkWriter frames,
        Action start)
    {
        ValueTask<bool> next = each.MoveNextAsync();
        if (next.IsCompleted)
        {
            return await next;
        }

        Task<bool> waiting = next.AsTask();
        while (true)
        {
            try
            {
                return await waiting.WaitAsync(KeepAlive, parts.Clock);
            }
            catch (TimeoutException) when (!waiting.IsCompleted)
            {
                start();
                frames.KeepAlive();
                await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
            }
        }
    }

    private static async Task<ChatAnswer> CollectAsync(
        IAsyncEnumerable<ChatDelta> deltas,
        string id,
        long created,
        string model)
    {
        ArrayBufferWriter<byte> text = new(1024);
        ArrayBufferWriter<byte> reasoning = new();
        List<ToolCall> calls = [];
        ModelFinish? finish = null;
        await foreach (ChatDelta delta in deltas)
        {
            switch (delta.Kind)
            {
                case ChatDeltaKind.Text:
                    text.Write(delta.Utf8.Span);
                    break;
                case ChatDeltaKind.Thinking:
                    reasoning.Write(delta.Utf8.Span);
                    break;
                case ChatDeltaKind.ToolCall:
                    calls.Add(delta.ToolCall!);
                    break;
                case ChatDeltaKind.Finish:
                    finish = delta.Finish;
                    break;
            }
        }

        return new ChatAnswer
        {
            Id = id,
            CreatedSeconds = created,
            Model = model,
            Text = Encoding.UTF8.GetString(text.WrittenSpan),
            Reasoning = Encoding.UTF8.GetString(reasoning.WrittenSpan),
            ToolCalls = calls,
            FinishReason = ChatAnswer.FinishReasonOf(finish?.StopReason ?? "stop", calls.Count),
            Usage = finish?.Usage ?? new MessageUsage(),
        };
    }
}
