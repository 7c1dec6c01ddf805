using OpenClaw.Edge.Providers;

namespace OpenClaw.Edge.Agents;

/// <summary>Streams one model answer into a run's events.</summary>
internal static class AnswerStream
{
    private const int MaxCalls = 32; // of one answer; a model that wants more is looping

    /// <summary>Streams an answer to its end.</summary>
    /// <param name="models">Where the call goes.</param>
    /// <param name="choice">Which model.</param>
    /// <param name="request">What it is asked.</param>
    /// <param name="turn">The turn that is told.</param>
    /// <param name="time">Clock; what the model works is added to the turn.</param>
    /// <param name="begun">Awaited once the call is under way and before anything of it is published.</param>
    /// <param name="cancellationToken">Ends the call at once.</param>
    public static async Task<ModelAnswer> RunAsync(
        ModelRouter models,
        ModelChoice choice,
        ModelRequest request,
        Turn turn,
        TimeProvider time,
        Func<Task> begun,
        CancellationToken cancellationToken)
    {
        using CancellationTokenSource giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using IAsyncEnumerator<ChatDelta> deltas =
            models.StreamAsync(choice, request, giveUp.Token).GetAsyncEnumerator(giveUp.Token);
        Task<bool> first = deltas.MoveNextAsync().AsTask();
        try
        {
            await begun();
        }
        catch
        {
            await giveUp.CancelAsync();
            await first.ContinueWith(
                static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            throw;
        }

        long working = time.GetTimestamp();
        List<ToolCall> calls = [];
        PlainCallFilter plain = new(request.Tools);
        ModelFinish? finish = null;
        try
        {
            bool more = await first;
            while (more)
            {
                working = deltas.Current is { Kind: ChatDeltaKind.Progress, Progress.QueuePosition: not null } ? time.GetTimestamp() : working;
                Accept(deltas.Current, turn, plain, calls, ref finish);
                if (turn.Publisher.IsFull)
                {
                    finish = new ModelFinish("length", new(), turn.Provider, turn.Model, turn.Api);
                    break;
                }

                more = await deltas.MoveNextAsync();
            }
        }
        finally
        {
            turn.Worked += time.GetElapsedTime(working);
        }

        cancellationToken.ThrowIfCancellationRequested();
        Settle(plain, request, turn, calls, finish);
        return finish is null
            ? throw new ProviderException(ProviderFailure.DroppedMidStream, "the model's answer ended without an end; try again")
            : new ModelAnswer(calls, finish);
    }

    private static void Accept(ChatDelta delta, Turn turn, PlainCallFilter plain, List<ToolCall> calls, ref ModelFinish? finish)
    {
        switch (delta.Kind)
        {
            case ChatDeltaKind.Text:
                Show(turn, plain.Pass(delta.Utf8.Span));
                break;
            case ChatDeltaKind.Thinking:
                turn.Publisher.Thinking(delta.Utf8.Span);
                break;
            case ChatDeltaKind.ToolCall when calls.Count < MaxCalls:
                calls.Add(delta.ToolCall!);
                break;
            case ChatDeltaKind.Progress:
                ModelProgress progress = delta.Progress!;
                turn.Publisher.Phase(progress.Phase, progress.Text, progress.QueuePosition);
                turn.TalksTo(progress.Provider, progress.Model);
                break;
            case ChatDeltaKind.Finish:
                finish = delta.Finish;
                break;
            default:
                break;
        }
    }

    // A call cut short by the server is not guessed at; one that the prompt's own texts contain was not the model's wish.
    private static void Settle(PlainCallFilter plain, ModelRequest request, Turn turn, List<ToolCall> calls, ModelFinish? finish)
    {
        if (plain.Held is not { } held)
        {
            return;
        }

        if (calls.Count == 0 && finish is { StopReason: not "length" })
        {
            List<ToolCall> written = PlainCalls.Read(held, request.Tools);
            if (written.Count is > 0 and <= MaxCalls && !PlainCalls.Repeats(held, written, request.Messages))
            {
                calls.AddRange(written);
                return;
            }
        }

        Show(turn, plain.Release());
    }

    private static void Show(Turn turn, ReadOnlySpan<byte> utf8)
    {
        if (!utf8.IsEmpty)
        {
            turn.SawText = true;
            turn.Publisher.Text(utf8);
        }
    }
}
