using System.Text.Json;

namespace OpenClaw.Edge.Cli.Runs;

/// <summary>A conversation: one line in, one turn out. On a terminal it prompts and shows tools and progress; on a pipe it
/// prints answers only.</summary>
/// <param name="context">The invocation.</param>
/// <param name="options">What the conversation is about.</param>
internal sealed class ChatLoop(CliContext context, ChatOptions options) : IDisposable
{
    private readonly CancellationTokenSource _leaving = new();
    private readonly LineInput _lines = new(context.Terminal.In);
    private readonly Lock _gate = new();
    private readonly List<ChatTurn> _turns = [];
    private GatewayClient? _client;
    private ApprovalPrompt? _approvals;
    private Task<string?>? _typed;
    private bool _ended;

    private bool Interactive => context.Terminal.InIsTerminal && context.Terminal.OutIsTerminal && !context.Json;

    /// <summary>Runs until the input ends, <c>/quit</c>, or an interruption that means to leave. Returns the exit code:
    /// on a pipe a failed turn makes it 1.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenRegistration stop = cancellationToken.Register(() => _leaving.Cancel());
        bool failed = false;
        try
        {
            await ConnectAsync();
            await GreetAsync();
            string? next = options.FirstMessage;
            while (!_ended && (next ??= await ReadLineAsync()) is { } line && !Leaves(line))
            {
                next = null;
                if (IsForGateway(line))
                {
                    failed |= !await (Interactive ? TakeTurnsAsync(line) : TakeTurnAsync(line));
                }
            }
        }
        catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
        {
            context.Note("");
        }
        finally
        {
            await (_client?.DisposeAsync() ?? ValueTask.CompletedTask);
        }

        return (int)(failed && !Interactive ? ExitCode.Failed : ExitCode.Ok);
    }

    /// <summary>Ctrl-C: the first one during a turn stops it and what waits behind it; any other leaves.</summary>
    public void Interrupt()
    {
        bool aborting = false;
        foreach (ChatTurn turn in Open())
        {
            aborting |= turn.TryAbort();
        }

        if (!aborting)
        {
            _leaving.Cancel();
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _approvals?.Dispose();
        _leaving.Dispose();
    }

    private async Task ConnectAsync()
    {
        _approvals ??= Interactive ? new ApprovalPrompt(context, options.SessionKey, cancellation => _lines.ReadAsync(first: true, cancellation)) : null;
        _client = await context.ConnectAsync(
            Interactive ? GatewayScopes.Chat : GatewayScopes.Write,
            _leaving.Token,
            Interactive ? ["tool-events", "approvals", "questions"] : ["tool-events"],
            gatewayEvent =>
            {
                if (_client is not { } client || _approvals?.Take(client, gatewayEvent) is not true)
                {
                    foreach (ChatTurn turn in Open())
                    {
                        turn.Take(gatewayEvent);
                    }
                }
            });
    }

    private ChatTurn[] Open()
    {
        lock (_gate)
        {
            return [.. _turns];
        }
    }

    private bool IsForGateway(string line)
    {
        if (line.Trim() == "/help")
        {
            ShowHelp();
            return false;
        }

        return !string.IsNullOrWhiteSpace(line);
    }

    private static bool Leaves(string line) => line.Trim() is "/quit" or "/exit";

    private async Task GreetAsync()
    {
        if (!Interactive)
        {
            return;
        }

        JsonElement history = await _client!.CallAsync(
            "chat.history",
            writer =>
            {
                writer.WriteStartObject();
                writer.WriteString("sessionKey"u8, options.SessionKey);
                writer.WriteNumber("limit"u8, options.HistoryLimit);
                writer.WriteEndObject();
            },
            context.Timeout,
            _leaving.Token);
        JsonElement defaults = history.Member("defaults");
        JsonElement session = history.Member("sessionInfo");
        string? provider = session.Text("modelProvider") ?? defaults.Text("modelProvider");
        string? model = session.Text("model") ?? defaults.Text("model");
        string name = model is null ? "no model" : provider is null ? model : $"{provider}/{model}";
        context.Say(context.Paint.Dim(
            $"session {options.SessionKey} · {name} · /help for commands, Ctrl-C stops a turn, Ctrl-D leaves"));
        foreach (JsonElement message in history.Items("messages"))
        {
            ShowPast(message);
        }
    }

    private void ShowPast(JsonElement message)
    {
        string text = TextLayout.Block(message.MessageText()).Trim();
        if (text.Length > 0 && message.Text("role") is "user" or "assistant")
        {
            context.Say(message.Text("role") == "user" ? context.Paint.Dim("> " + text) : text);
        }
    }

    private async Task<string?> ReadLineAsync()
    {
        string whole = "";
        while (true)
        {
            if (Interactive)
            {
                context.Terminal.Ask(context.Paint.Accent(whole.Length == 0 ? "> " : "… "));
            }

            Task<string?> typed = _typed ?? _lines.ReadAsync(first: false, _leaving.Token);
            _typed = null;
            string? line = await typed;
            if (line is null)
            {
                return whole.Length == 0 ? null : whole;
            }

            if (!Interactive || !line.EndsWith('\\'))
            {
                return whole + line;
            }

            whole += line[..^1] + "\n"; // a backslash at the end asks for another line
        }
    }

    // A person may type on while a turn runs; the session's queue mode says what becomes of it. A line that is not finished when the last
    // turn ends belongs to the next prompt.
    private async Task<bool> TakeTurnsAsync(string message)
    {
        bool fine = true;
        List<Task<bool>> open = [TakeTurnAsync(message)];
        while (open.Count > 0)
        {
            _typed ??= _ended ? null : _lines.ReadAsync(first: false, _leaving.Token);
            Task first = _typed is { } reading ? await Task.WhenAny([.. open, reading]) : await Task.WhenAny(open);
            if (first is Task<bool> turn)
            {
                open.Remove(turn);
                fine &= await turn;
                continue;
            }

            string? line = await _typed!;
            _typed = null;
            if (line is null)
            {
                _ended = true; // Ctrl-D: no more is said, but what was asked is answered
            }
            else if (Leaves(line))
            {
                await _leaving.CancelAsync();
            }
            else if (IsForGateway(line))
            {
                open.Add(TakeTurnAsync(line));
            }
        }

        return fine;
    }

    private async Task<bool> TakeTurnAsync(string message)
    {
        ChatTurn? turn = null;
        try
        {
            if (_client is { Closed.IsCompleted: true })
            {
                await _client.DisposeAsync();
                await ConnectAsync();
            }

            turn = new ChatTurn(context, _client!, options, waiting => Open() is [{ } first, ..] && first != waiting);
            lock (_gate)
            {
                _turns.Add(turn);
            }

            return await turn.RunAsync(message, _leaving.Token);
        }
        catch (CliException e) when (Interactive || context.Json)
        {
            ShowFailure(e);
            return false;
        }
        finally
        {
            lock (_gate)
            {
                _ = turn is not null && _turns.Remove(turn);
            }
        }
    }

    private void ShowFailure(CliException e)
    {
        if (context.Json)
        {
            context.PrintLine(writer => CliFailure.WriteEnvelope(writer, e, "error"));
        }
        else
        {
            context.Note(context.ErrorPaint.Bad(TextLayout.OneLine(e.Message)));
        }
    }

    private void ShowHelp() => context.Say(
        """
        /quit      leave (also Ctrl-D)
        /help      this
        Ctrl-C     stop the turn; twice: leave
        While a turn runs you may type on: /queue steer|followup|collect|interrupt says what becomes of it
        \          at the end of a line: one more line
        Other commands that start with / are the gateway's: /status, /new, /reset, /model, …
        """);
}
