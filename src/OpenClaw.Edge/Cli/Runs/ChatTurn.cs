using System.Text.Json;

namespace OpenClaw.Edge.Cli.Runs;

/// <summary>One turn of a conversation: sends the message, shows what comes, ends when the gateway says so.</summary>
/// <param name="context">The invocation.</param>
/// <param name="client">The gateway.</param>
/// <param name="options">What the conversation is about.</param>
/// <param name="behind">Whether another turn of this terminal comes before this one now.</param>
internal sealed class ChatTurn(CliContext context, GatewayClient client, ChatOptions options, Func<ChatTurn, bool> behind)
{
    private readonly string _runId = Guid.NewGuid().ToString("D");
    private readonly TaskCompletionSource<RunEnd> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly RunPrinter _printer = new(context.Terminal, context.Paint, options.Thinking is not (null or "off"));
    private RunFollower? _follower;
    private int _aborting;
    private bool _waitNoted;

    /// <summary>Shows an event, if it is of this turn. Called on the client's reading loop.</summary>
    public void Take(GatewayEvent gatewayEvent)
    {
        switch (_end.Task.IsCompleted ? null : _follower?.Read(gatewayEvent))
        {
            case null:
                break;
            case RunEnd end:
                _end.TrySetResult(end);
                break;
            case var update when context.Json:
                context.PrintLine(writer => RunLines.Write(writer, update));
                break;
            case RunPhase phase when behind(this):
                NoteWait(phase);
                break;
            case var update:
                _printer.Show(update);
                break;
        }
    }

    /// <summary>Runs the turn. True when it ended with an answer, or was stopped by the person.</summary>
    public async Task<bool> RunAsync(string message, CancellationToken cancellationToken)
    {
        _follower = new RunFollower(_runId);
        await client.CallAsync("chat.send", writer => WriteSend(writer, message), context.Timeout, cancellationToken);
        Task first = await Task.WhenAny(_end.Task, client.Closed).WaitAsync(cancellationToken);
        if (first != _end.Task && !_end.Task.IsCompleted)
        {
            _printer.CloseLine();
            throw new CliException(
                ExitCode.Unreachable,
                "the connection broke during the turn; the gateway finishes it, and 'openclaw sessions show' has the answer");
        }

        RunEnd end = await _end.Task;
        Show(end);
        return end.Ending != RunEnding.Error;
    }

    /// <summary>Asks the gateway to stop the turn. False when that was asked before.</summary>
    public bool TryAbort()
    {
        if (Interlocked.Exchange(ref _aborting, 1) == 1)
        {
            return false;
        }

        _ = AbortAsync();
        return true;
    }

    private async Task AbortAsync()
    {
        try
        {
            await client.CallAsync("chat.abort", WriteAbort, context.Timeout, CancellationToken.None);
        }
        catch (Exception e) when (e is CliException or ObjectDisposedException)
        {
            _end.TrySetResult(new RunEnd(RunEnding.Error, "", $"the turn could not be stopped: {e.Message}", null));
        }
    }

    private void Show(RunEnd end)
    {
        if (context.Json)
        {
            context.PrintLine(writer => RunLines.Write(writer, end));
            return;
        }

        _printer.Finish(end);
        if (Elsewhere(end.StopReason) is { } elsewhere)
        {
            context.Note(context.ErrorPaint.Dim(elsewhere));
        }

        if (end.Ending == RunEnding.Error)
        {
            string why = TextLayout.OneLine(end.Error ?? "the turn failed, see 'openclaw logs'");
            context.Note(context.ErrorPaint.Bad($"openclaw: {why}"));
        }
    }

    // A line of its own: the one that wipes itself would wipe the answer that is being written.
    private void NoteWait(RunPhase phase)
    {
        if (!_waitNoted && phase.QueuePosition is not null && context.Terminal.OutIsTerminal)
        {
            _waitNoted = true;
            context.Note(context.ErrorPaint.Dim("… " + RunPrinter.PhaseText(phase)));
        }
    }

    // A message that another turn answers has no words of its own.
    private static string? Elsewhere(string? stopReason) => stopReason switch
    {
        "steered" => "joined the turn that was running; its answer takes this in",
        "collected" => "answered together with the message after it",
        "dropped" => "the queue is full; the message is kept and the next turn sees it",
        _ => null,
    };

    private void WriteSend(Utf8JsonWriter writer, string message)
    {
        writer.WriteStartObject();
        writer.WriteString("sessionKey"u8, options.SessionKey);
        writer.WriteString("message"u8, message);
        writer.WriteString("idempotencyKey"u8, _runId);
        if (options.AgentId is not null)
        {
            writer.WriteString("agentId"u8, options.AgentId);
        }

        if (options.Thinking is not null)
        {
            writer.WriteString("thinking"u8, options.Thinking);
        }

        if (options.QueueMode is not null)
        {
            writer.WriteString("queueMode"u8, options.QueueMode);
        }

        if (options.TimeoutMs is { } timeout)
        {
            writer.WriteNumber("timeoutMs"u8, timeout);
        }

        writer.WriteEndObject();
    }

    private void WriteAbort(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("sessionKey"u8, options.SessionKey);
        writer.WriteString("runId"u8, _runId);
        writer.WriteEndObject();
    }
}
